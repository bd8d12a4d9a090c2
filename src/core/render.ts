/** Renders a linked source and an input as Dotprompt messages, for the preview, the registry and the command line. */
import type { Message } from 'dotprompt';
import { takenContextName } from './context-names.ts';
import { evaluate } from './evaluate/evaluate.ts';
import type { Limits } from './evaluate/limits.ts';
import type { Segment } from './evaluate/segment.ts';
import type { LinkedPartial } from './flatten.ts';
import { type CheckInput, inputCheck } from './inputs/check-input.ts';
import { readInputs } from './inputs/read-inputs.ts';
import { withDefaults } from './inputs/with-defaults.ts';
import { toMessages } from './messages.ts';
import { checkedMetadata } from './metadata.ts';
import { Problem, type SourceIssue } from './problem.ts';
import { asObject, requiredInputs } from './prompt-data.ts';
import { isNamedSchema } from './schema/expand-schema.ts';
import { parsePublished, parseSource, type SourceKind } from './source.ts';
import {
  checkNoIssues,
  frontMatterIssues,
  problemOfIssues,
  publishedIssues,
  sourceIssues,
  withIssuesOf,
} from './template.ts';
import { type DeclaredTool, declaredTools } from './tools.ts';

export interface RenderRequest {
  readonly source: string;
  /** Default: `prompt`. */
  readonly kind?: SourceKind;
  /** True if it was published already: then its front matter is read by the rules that earlier releases had. */
  readonly isPublished?: boolean;
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Values by variable name. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Earlier messages, inserted at `{{history}}`. */
  readonly messages?: readonly Message[];
  /** The values of `{{@name}}`, by name, such as the user and the state. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** True to also reject an input that does not fit its schema, and variables that are neither declared nor given. */
  readonly strict?: boolean;
  /** The name of the prompt or file in error messages. */
  readonly label: string;
}

export interface RenderedPrompt {
  /** The text of the messages, in order, with an empty line between them. */
  readonly text: string;
  /** The messages as Dotprompt defines them. */
  readonly messages: readonly Message[];
}

/**
 * @throws Problem `invalid_source` and `too_expensive` with their place, `invalid_request` for its context, or
 * `missing_input` naming each input that is declared, not optional, has no default and was not given (with `strict`,
 * also what no schema declares and this rendering reads); with `strict`, also `invalid_input` naming what does not fit
 * the schema
 */
export async function render(request: RenderRequest): Promise<RenderedPrompt> {
  return renderPrepared(await prepareRendering(request));
}

/**
 * The second part of `render`, synchronous.
 * @param limits default: `LIMITS`; to be fast, try small ones first, and use another thread if that ends
 * `too_expensive`
 * @throws Problem as `render`
 */
export function renderPrepared(prepared: PreparedRendering, limits?: Limits): RenderedPrompt {
  const { request, missing, isDeclared } = prepared;
  if (request.strict !== true) {
    if (missing.length > 0) throw missingInput(request.label, missing);
    return asRendered(toMessages(prepared.evaluate(undefined, limits), request.messages));
  }
  if (missing.length === 0) prepared.checkInput(limits);
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

/** A request whose source was parsed, ready to be evaluated. */
export interface PreparedRendering {
  readonly request: RenderRequest;
  /** Required inputs that are not given. */
  readonly missing: readonly string[];
  /** Does nothing if the request is not strict. */
  readonly checkInput: CheckInput;
  /** Returns whether the schema names an input. */
  isDeclared(name: string): boolean;
  /**
   * @param countsAsMissing the inputs whose absence matters; default: none
   * @param limits default: `LIMITS`
   * @throws Problem `invalid_source`, `too_expensive`
   */
  evaluate(countsAsMissing?: (name: string) => boolean, limits?: Limits): readonly Segment[];
}

/** @throws Problem `invalid_source`, `invalid_request` */
export async function prepareRendering(request: RenderRequest): Promise<PreparedRendering> {
  const { source, kind, isPublished, label, input, partials, messages = [], context = {} } = request;
  const taken = takenContextName(context);
  if (taken !== undefined)
    throw new Problem('invalid_request', taken.sentence, {
      fields: [{ pointer: `/context/${taken.name}`, message: 'is a name that every rendering gives itself' }],
    });
  const parsed = isPublished === true ? parsePublished(source, kind ?? 'prompt') : parseSource(source, kind);
  const isRead = isPublished === true && !parsed.isUnread;
  checkNoIssues(isRead ? publishedIssues(source, parsed) : sourceIssues(source, parsed), label);
  const { template, templateOffset } = parsed;
  const { prompt, inputSchema, defaults } = await checkedMetadata(source, parsed, {
    label,
    kind,
    isPublished,
  });
  const properties = asObject(inputSchema?.['properties']);
  const values = withDefaults(input, defaults);
  const isGiven = (name: string) => (input[name] ?? null) !== null;
  const given = Object.fromEntries(Object.entries(values).filter(([name]) => isGiven(name)));
  return {
    request,
    missing: requiredInputs(inputSchema).filter(name => !Object.hasOwn(values, name)),
    checkInput:
      request.strict === true
        ? await inputCheck(inputSchema, given, () => readInputs({ template, partials }), label)
        : () => undefined,
    isDeclared: name => isNamedSchema(inputSchema) || Object.hasOwn(properties, name),
    evaluate: (countsAsMissing, limits) =>
      evaluate(
        {
          linked: { template, partials },
          label,
          source,
          templateOffset,
          input: values,
          data: { metadata: { prompt, messages: request.messages }, ...context },
          history: messages,
          isPublished: isPublished === true,
          ...(countsAsMissing && { countsAsMissing }),
        },
        limits,
      ),
  };
}

export interface ReadMetadataOptions {
  readonly kind?: SourceKind;
  /** True if it was published already: then only what cannot be read at all is rejected. */
  readonly isPublished?: boolean;
}

/** Reads the front matter of a source, with its schemas expanded to JSON Schema. @throws Problem `invalid_source` */
export async function readMetadata(
  source: string,
  label: string,
  { kind = 'prompt', isPublished = false }: ReadMetadataOptions = {},
): Promise<PromptMetadata> {
  const parsed = isPublished ? parsePublished(source, kind) : parseSource(source, kind);
  const issues = parsed.isUnread || !isPublished ? frontMatterIssues(parsed) : [];
  if (parsed.isUnread) checkNoIssues(issues, label);
  const { prompt, inputSchema, defaults } = await besides(
    issues,
    () => checkedMetadata(source, parsed, { label, kind, isPublished }),
    label,
  );
  const { model, config, description, output, ext, raw } = prompt;
  const tools = declaredTools(parsed.frontMatter);
  return {
    ...(typeof model === 'string' && { model }),
    ...(typeof description === 'string' && { description }),
    config: asObject(config),
    input: { schema: inputSchema, default: defaults },
    ...(output !== undefined && { output }),
    ...(tools.length > 0 && { tools }),
    ext: asObject(ext) as PromptMetadata['ext'],
    raw: asObject(raw),
  };
}

/** Calls `read` for its value or further issues. @throws Problem `invalid_source` for all issues */
async function besides<Value>(
  issues: readonly SourceIssue[],
  read: () => Promise<Value>,
  label: string,
): Promise<Value> {
  if (issues.length === 0) return read();
  let other: Problem | undefined;
  try {
    await read();
  } catch (error) {
    if (!Problem.is(error, 'invalid_source')) throw error;
    other = error;
  }
  throw withIssuesOf(problemOfIssues(issues, label), other, label);
}

export interface PromptMetadata {
  readonly model?: string;
  readonly description?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: {
    /** JSON Schema; null if nothing is declared. */
    readonly schema: Readonly<Record<string, unknown>> | null;
    readonly default: Readonly<Record<string, unknown>>;
  };
  /** The output declaration, with its schema as JSON Schema. */
  readonly output?: unknown;
  /** The tools, with their schemas as JSON Schema; absent if none is declared. */
  readonly tools?: DeclaredTool[];
  /** Keys with a dot, grouped by the part before the last dot. */
  readonly ext: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The whole front matter as written. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Adds the text of messages to them. */
export function asRendered(messages: readonly Message[]): RenderedPrompt {
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
