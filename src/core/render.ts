/** Rendering: a linked source and an input become Dotprompt messages. The preview, the registry and the command line all call this. */
import { type DataArgument, Dotprompt, type Message, type ParsedPrompt } from 'dotprompt';
import type Handlebars from 'handlebars';
import { type Flattened, flattenWithPieces, type LinkedPartial } from './flatten.ts';
import { guardMarkers } from './markers.ts';
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
  const prompt = promptOf(parsed, template);
  const dotprompt = new Dotprompt();
  const defaults = (prompt.input?.default ?? {}) as Record<string, unknown>;
  const missing = await missingInputs(dotprompt, prompt, request, defaults);
  return { parsed, template, pieces, missing, run };

  async function run(...[tree, helpers, context]: Parameters<PreparedRendering['run']>) {
    try {
      for (const [name, helper] of Object.entries(helpers)) dotprompt.defineHelper(name, helper);
      // Handlebars compiles a tree as well as a text; Dotprompt's types know only the text.
      const renderer = await dotprompt.compile({ ...prompt, template: tree as unknown as string });
      const guarded = guardMarkers(request.input, template);
      const data = {
        input: guarded.input,
        ...(request.messages && { messages: [...request.messages] }),
        ...(context && { context }),
      } as DataArgument;
      const { messages } = await renderer(data, { input: { default: defaults } });
      return guarded.restore(messages);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Problem('invalid_source', `${request.label} cannot be rendered: ${why}`, {}, { cause });
    }
  }
}

/** Dotprompt's own reading of a source, with the YAML already read (its parser prints errors to the console). */
function promptOf(parsed: PromptSource, template: string): ParsedPrompt {
  const known = { ext: {}, metadata: {}, config: {} };
  return {
    ...known,
    ...parsed.frontMatter,
    raw: { ...parsed.frontMatter },
    template,
  } as unknown as ParsedPrompt;
}

async function missingInputs(
  dotprompt: Dotprompt,
  prompt: ParsedPrompt,
  request: RenderRequest,
  defaults: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const given = (name: string) => isGiven(request.input, name) || isGiven(defaults, name);
  const schema = await inputSchema(dotprompt, prompt, request.label);
  const missing = requiredInputs(schema).filter(name => !given(name));
  if (request.strict !== true) return missing;
  const declared = new Set(Object.keys(schema?.properties ?? {}));
  const undeclared = undeclaredVariables(prompt.template, declared).filter(name => !given(name));
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

async function inputSchema(
  dotprompt: Dotprompt,
  prompt: ParsedPrompt,
  label: string,
): Promise<InputSchema | undefined> {
  try {
    const metadata = await dotprompt.renderMetadata(prompt);
    return metadata.input?.schema as InputSchema | undefined;
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
  const { model, config, description, input, output } = parsed.frontMatter as Record<string, unknown>;
  const prompt = promptOf(parsed, parsed.template);
  const schema = await inputSchema(new Dotprompt(), prompt, label);
  const declared = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
  return {
    ...(typeof model === 'string' && { model }),
    ...(typeof description === 'string' && { description }),
    config:
      typeof config === 'object' && config !== null && !Array.isArray(config)
        ? (config as Record<string, unknown>)
        : {},
    input: {
      schema: (schema as Record<string, unknown> | undefined) ?? null,
      default: (declared['default'] as Record<string, unknown> | undefined) ?? {},
    },
    ...(output !== undefined && { output }),
  };
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
  readonly output?: unknown;
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
