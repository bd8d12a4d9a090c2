/** Rendering: a linked source and an input become Dotprompt messages. The preview, the registry and the command line all call this. */
import {
  Dotprompt,
  type PromptMetadata as DotpromptMetadata,
  type Message,
  type ParsedPrompt,
} from 'dotprompt';
import { evaluate } from './evaluate/evaluate.ts';
import type { Limits } from './evaluate/limits.ts';
import type { Segment } from './evaluate/segment.ts';
import type { LinkedPartial } from './flatten.ts';
import { withDefaults } from './inputs/with-defaults.ts';
import { toMessages } from './messages.ts';
import { Problem } from './problem.ts';
import { type PromptSource, parseSource, type SourceKind } from './source.ts';
import { checkNoIssues, sourceIssues } from './template.ts';

export interface RenderRequest {
  readonly source: string;
  /** `prompt` unless told. */
  readonly kind?: SourceKind;
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
 * @throws Problem `invalid_source` and `too_expensive` with their place, or `missing_input` naming each input that is
 * declared, not optional, has no default and was not given (with `strict`, also what no schema declares and this
 * rendering reads).
 */
export async function render(request: RenderRequest): Promise<Rendered> {
  return renderPrepared(await prepareRendering(request));
}

/**
 * The rest of `render`, in one piece.
 * @param limits where it ends: what must not take long is tried with small ones first, and given to another thread
 * where that ends `too_expensive`
 * @throws Problem as `render`
 */
export function renderPrepared(prepared: PreparedRendering, limits?: Limits): Rendered {
  const { request, missing, isDeclared } = prepared;
  if (request.strict !== true) {
    if (missing.length > 0) throw missingInput(request.label, missing);
    return asRendered(toMessages(prepared.evaluate(undefined, limits), request.messages));
  }
  const required = new Set(missing);
  const segments = prepared.evaluate(name => required.has(name) || !isDeclared(name), limits);
  const lacking = segments.flatMap(segment => (segment.kind === 'value' ? segment.missing : []));
  const all = new Set([...missing, ...lacking]);
  if (all.size > 0) throw missingInput(request.label, [...all]);
  return asRendered(toMessages(segments, request.messages));
}

function missingInput(label: string, missing: readonly string[]): Problem {
  return new Problem(
    'missing_input',
    `${label} needs ${list(missing)}. Give ${missing.length === 1 ? 'it' : 'them'} in "input".`,
    { missing },
  );
}

/** A request whose source is read, ready to be evaluated. */
export interface PreparedRendering {
  readonly request: RenderRequest;
  /** Required inputs that are not given. */
  readonly missing: readonly string[];
  /** Whether the schema names an input. */
  isDeclared(name: string): boolean;
  /**
   * @param countsAsMissing of which inputs it matters that they are not given; of none unless told
   * @param limits where it ends, `LIMITS` unless told
   * @throws Problem `invalid_source`, `too_expensive`
   */
  evaluate(countsAsMissing?: (name: string) => boolean, limits?: Limits): readonly Segment[];
}

/** @throws Problem `invalid_source` */
export async function prepareRendering(request: RenderRequest): Promise<PreparedRendering> {
  const { source, label, input, partials, messages = [] } = request;
  const parsed = parseSource(source, request.kind);
  checkNoIssues(sourceIssues(source, parsed), label);
  const { template, templateOffset } = parsed;
  const { input: declared, ...prompt } = await metadataOf(promptOf(parsed, template), label);
  const schema: InputSchema | undefined = declared?.schema;
  const defaults = asObject(declared?.default);
  const values = withDefaults(input, defaults);
  return {
    request,
    missing: requiredInputs(schema).filter(name => !Object.hasOwn(values, name)),
    isDeclared: name => Object.hasOwn(schema?.properties ?? {}, name),
    evaluate: (countsAsMissing, limits) =>
      evaluate(
        {
          linked: { template, partials },
          label,
          source,
          templateOffset,
          input: values,
          data: { metadata: { prompt, messages: request.messages }, ...request.context },
          history: messages,
          ...(countsAsMissing && { countsAsMissing }),
        },
        limits,
      ),
  };
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

/** A JSON Schema of the input, as far as it is read here. */
export interface InputSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** Nothing is ever defined in it, so all prompts share it. */
let dotprompt: Dotprompt | undefined;

/** The front matter with its schemas expanded. @throws Problem `invalid_source` */
async function metadataOf(prompt: ParsedPrompt, label: string): Promise<DotpromptMetadata> {
  try {
    dotprompt ??= new Dotprompt();
    return await dotprompt.renderMetadata(prompt);
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

export interface ReadMetadataOptions {
  readonly kind?: SourceKind;
  /** Whether it was published already: then only what cannot be read at all is refused. */
  readonly isPublished?: boolean;
}

/**
 * What a source's front matter declares, with its schemas expanded to JSON Schema.
 * @throws Problem `invalid_source`
 */
export async function readMetadata(
  source: string,
  label: string,
  { kind = 'prompt', isPublished = false }: ReadMetadataOptions = {},
): Promise<PromptMetadata> {
  const parsed = parseSource(source, kind);
  if (parsed.isUnread || !isPublished) checkNoIssues(parsed.issues, label);
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
