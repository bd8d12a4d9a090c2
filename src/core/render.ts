/** Rendering: a linked source and an input become Dotprompt messages. The preview, the registry and the command line all call this. */
import {
  Dotprompt,
  type PromptMetadata as DotpromptMetadata,
  type Message,
  type ParsedPrompt,
} from 'dotprompt';
import Handlebars from 'handlebars';
import { type Flattened, flattenWithPieces, type LinkedPartial } from './flatten.ts';
import { DOTPROMPT_HELPERS } from './helpers.ts';
import { markersBeside } from './markers.ts';
import { toMessages } from './messages.ts';
import { Problem } from './problem.ts';
import { type PromptSource, parseSource } from './source.ts';
import { checkNoIssues, sourceIssues } from './template.ts';
import { TEXT_HELPER, textOfValue, withTextValues } from './text-values.ts';
import { undeclaredVariables } from './variables.ts';

export interface RenderRequest {
  readonly source: string;
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Values by variable name. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Earlier messages, put where `{{history}}` stands. */
  readonly messages?: readonly Message[];
  /** What `{{@name}}` reads, by name: who asks, in which state. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Also refuse variables that nothing declares and the input does not give. */
  readonly strict?: boolean;
  /** Names the prompt or file in error messages. */
  readonly label: string;
}

export interface Rendered {
  /** The messages' text, in order, an empty line between two messages. */
  readonly text: string;
  /** As Dotprompt defines them. */
  readonly messages: readonly Message[];
}

/**
 * @throws Problem `invalid_source`, or `missing_input` naming each input that is declared, not optional, has no
 * default and was not given (with `strict`, also what no schema declares).
 */
export async function render(request: RenderRequest): Promise<Rendered> {
  const prepared = await prepareRendering(request);
  const { missing, template } = prepared;
  if (missing.length > 0)
    throw new Problem(
      'missing_input',
      `${request.label} needs ${list(missing)}. Give ${missing.length === 1 ? 'it' : 'them'} in "input".`,
      { missing },
    );
  return asRendered(await prepared.run(withTextValues(template), { [TEXT_HELPER]: textOfValue }));
}

/** A request whose source is read and made whole, ready to run. */
export interface PreparedRendering {
  readonly parsed: PromptSource;
  /** The template with its partials in place. */
  readonly template: string;
  readonly pieces: Flattened['pieces'];
  /** Inputs that are needed and not given. */
  readonly missing: readonly string[];
  /**
   * Runs a tree of `template`. `helpers` stand beside Dotprompt's own; `data` is readable by them as `options.data`.
   * @throws Problem `invalid_source`, with what a helper threw as its cause
   */
  run(
    tree: hbs.AST.Program,
    helpers: Readonly<Record<string, Handlebars.HelperDelegate>>,
    data?: Readonly<Record<string, unknown>>,
  ): Promise<readonly Message[]>;
}

/** @throws Problem `invalid_source` */
export async function prepareRendering(request: RenderRequest): Promise<PreparedRendering> {
  const parsed = parseSource(request.source);
  checkNoIssues(sourceIssues(request.source, parsed), request.label);
  const { template, pieces } = flattenWithPieces({ template: parsed.template, partials: request.partials });
  const metadata = await metadataOf(promptOf(parsed, template), request.label);
  const defaults = (metadata.input?.default ?? {}) as Record<string, unknown>;
  const missing = missingInputs(metadata.input?.schema, template, request, defaults);
  return { parsed, template, pieces, missing, run };

  async function run(...[tree, helpers, context]: Parameters<PreparedRendering['run']>) {
    try {
      const { input, messages } = request;
      const markers = markersBeside([
        template,
        input,
        messages,
        parsed.frontMatter,
        request.context,
        context,
      ]);
      const renderText = compileTemplate(tree, { ...DOTPROMPT_HELPERS, ...markers.helpers, ...helpers });
      const { input: _, ...prompt } = metadata;
      const data = { metadata: { prompt, messages }, ...request.context, ...context };
      return toMessages(markers.split(renderText({ ...defaults, ...input }, { data })), messages);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Problem('invalid_source', `${request.label} cannot be rendered: ${why}`, {}, { cause });
    }
  }
}

/** Never HTML: a prompt's text is written as it stands. */
function compileTemplate(
  tree: hbs.AST.Program,
  helpers: Readonly<Record<string, Handlebars.HelperDelegate>>,
): Handlebars.TemplateDelegate {
  // Of its own: Handlebars' helpers are one set for the whole process otherwise.
  const handlebars = Handlebars.create();
  for (const [name, helper] of Object.entries(helpers)) handlebars.registerHelper(name, helper);
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map(name => [name, true]));
  return handlebars.compile(tree, { knownHelpers, knownHelpersOnly: true, noEscape: true });
}

/** Front matter keys that Dotprompt itself defines; a template can read them from `@metadata.prompt`. */
const RESERVED: ReadonlySet<string> = new Set([
  'config',
  'description',
  'ext',
  'input',
  'model',
  'name',
  'output',
  'raw',
  'toolDefs',
  'tools',
  'variant',
  'version',
]);

/** Dotprompt's own reading of a source, with the YAML already read (its parser prints errors to the console). */
function promptOf(parsed: PromptSource, template: string): ParsedPrompt {
  const fields = Object.entries(parsed.frontMatter);
  const reserved = Object.fromEntries(fields.filter(([key]) => RESERVED.has(key)));
  const ext: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of fields) {
    const dot = key.lastIndexOf('.');
    if (dot < 0 || RESERVED.has(key)) continue;
    const space = key.slice(0, dot);
    ext[space] = { ...ext[space], [key.slice(dot + 1)]: value };
  }
  const known = { metadata: {}, config: {} };
  return { ...known, ...reserved, raw: { ...parsed.frontMatter }, ext, template } as unknown as ParsedPrompt;
}

function missingInputs(
  schema: InputSchema | undefined,
  template: string,
  request: RenderRequest,
  defaults: Readonly<Record<string, unknown>>,
): string[] {
  const given = (name: string) => isGiven(request.input, name) || isGiven(defaults, name);
  const missing = requiredInputs(schema).filter(name => !given(name));
  if (request.strict !== true) return missing;
  const declared = new Set(Object.keys(schema?.properties ?? {}));
  const undeclared = undeclaredVariables(template, declared).filter(name => !given(name));
  return [...missing, ...undeclared.filter(name => !missing.includes(name))];
}

function isGiven(values: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(values, name) && values[name] !== undefined && values[name] !== null;
}

/** A JSON Schema of the input, as far as it is read here. */
export interface InputSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** The front matter with its schemas expanded. @throws Problem `invalid_source` */
async function metadataOf(prompt: ParsedPrompt, label: string): Promise<DotpromptMetadata> {
  try {
    return await new Dotprompt().renderMetadata(prompt);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Problem(
      'invalid_source',
      `${label}: the front matter's schema is not valid: ${why}`,
      {},
      { cause },
    );
  }
}

function requiredInputs(schema: InputSchema | undefined): readonly string[] {
  return Array.isArray(schema?.required) ? schema.required.filter(name => typeof name === 'string') : [];
}

/**
 * What a source's front matter declares, with its schemas expanded to JSON Schema.
 * @throws Problem `invalid_source`
 */
export async function readMetadata(source: string, label: string): Promise<PromptMetadata> {
  const parsed = parseSource(source);
  checkNoIssues(parsed.issues, label);
  const { model, config, description, input, output, ext, raw } = (await metadataOf(
    promptOf(parsed, parsed.template),
    label,
  )) as Readonly<Record<string, unknown>>;
  const declared = asObject(input);
  return {
    ...(typeof model === 'string' && { model }),
    ...(typeof description === 'string' && { description }),
    config: asObject(config),
    input: {
      schema: declared['schema'] === undefined ? null : asObject(declared['schema']),
      default: asObject(declared['default']),
    },
    ...(output !== undefined && { output }),
    ext: asObject(ext) as PromptMetadata['ext'],
    raw: asObject(raw),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : {};
}

export interface PromptMetadata {
  readonly model?: string;
  readonly description?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: {
    /** JSON Schema, null when nothing is declared. */
    readonly schema: Readonly<Record<string, unknown>> | null;
    readonly default: Readonly<Record<string, unknown>>;
  };
  /** Its schema is JSON Schema too. */
  readonly output?: unknown;
  /** Keys with a dot, by what stands before the last one. */
  readonly ext: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The whole front matter as it is written. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Messages with their text beside them. */
export function asRendered(messages: readonly Message[]): Rendered {
  const texts = messages.map(({ content }) =>
    content.map(part => ('text' in part ? part.text : '')).join(''),
  );
  return { text: texts.join('\n\n'), messages };
}

function list(names: readonly string[]): string {
  const quoted = names.map(name => `"${name}"`);
  return quoted.length === 1
    ? `the input ${quoted[0]}`
    : `the inputs ${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}
