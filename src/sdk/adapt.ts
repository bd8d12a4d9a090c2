/** The parts of a rendered prompt that model APIs need, before each adapter converts them to its own format. */
import { isObject } from './delivery.ts';
import { PromptForgeError } from './errors.ts';
import type { Message, Metadata, Part } from './types.ts';

/** Options of every adapter except the one for the Vercel AI SDK, which takes a provider instead of a model's name. */
export interface AdapterOptions {
  /** Adds the declared model, without its provider prefix. */
  readonly model?: boolean | undefined;
  /** Adds the declared config, without keys that a prompt must not set, such as `baseURL`. */
  readonly config?: boolean | undefined;
}

export type OrModel<Params, Options> = Options extends { readonly model: true }
  ? Params & { model: string }
  : Params;

/** A rendered prompt, or a fallback. */
export interface Renderable {
  readonly name: string;
  readonly reference: string | null;
  readonly messages: readonly Message[];
  readonly metadata: Metadata;
}

export type JsonSchema = { [key: string]: unknown };

export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'media'; readonly media: Media }
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'result'; readonly id: string; readonly name: string; readonly output: unknown };

export interface Media {
  readonly url: string;
  /** In lower case, without parameters; `image/*` if it is unknown. */
  readonly type: string;
  /** Base64, of a `data:` URL; undefined for any other URL. */
  readonly data: string | undefined;
}

export interface Turn {
  readonly role: Message['role'];
  readonly content: readonly Content[];
}

/** Ids that every API accepts: OpenAI's chat completions limit the length, Anthropic's messages the characters. */
const ID = /^[\w-]{1,40}$/;

/**
 * Gives each tool call an id that every API accepts, and each result the id of its call. Merges adjacent texts, and
 * leaves out messages without content.
 * @throws PromptForgeError `invalid_input` for a result without a `ref` if no call of its tool is open, and for content
 * that the message's role cannot have
 */
export function turnsOf(prompt: Renderable): Turn[] {
  const open: { id: string; name: string; own: string | undefined }[] = [];
  const written = JSON.stringify(prompt.messages);
  /** New ids, by the refs that not every API accepts. */
  const ids = new Map<string, string>();
  let count = 0;

  const newId = (): string => {
    do count += 1;
    while (written.includes(`"call_${count}"`));
    return `call_${count}`;
  };

  const idOf = (tool: WithRef): string | undefined => {
    const ref = refOf(tool);
    if (!ref || ID.test(ref)) return ref;
    const id = ids.get(ref) ?? newId();
    ids.set(ref, id);
    return id;
  };

  const contentOf = (part: Part): Content | undefined => {
    const { text, media, data, toolRequest, toolResponse } = part;
    // Other programs write null for the keys that a part does not have.
    if (typeof text === 'string') return text === '' ? undefined : { kind: 'text', text };
    if (typeof media?.url === 'string') return { kind: 'media', media: mediaOf(media) };
    if (isObject(data)) return { kind: 'text', text: jsonText(data) };
    if (typeof toolRequest?.name === 'string') {
      const { name, input } = toolRequest;
      const own = idOf(toolRequest);
      const id = own ?? newId();
      open.push({ id, name, own });
      return { kind: 'call', id, name, input: argumentsOf(input) };
    }
    if (typeof toolResponse?.name !== 'string') return undefined;
    const { name, output } = toolResponse;
    const own = idOf(toolResponse);
    const ofName = open.filter(each => (own ? each.id === own : each.name === name));
    // A result without a "ref" belongs to a call without one, if there is such a call.
    const call = ofName.find(each => !each.own) ?? ofName[0];
    if (call) open.splice(open.indexOf(call), 1);
    const id = own ?? call?.id;
    if (!id)
      throw refused(
        prompt,
        `has a result of the tool "${name}" that was not called`,
        'Give it the "ref" of its call.',
      );
    return { kind: 'result', id, name, output };
  };

  const turns: Turn[] = [];
  for (const { role, content } of prompt.messages) {
    const all: Content[] = [];
    for (const part of content) {
      const next = contentOf(part);
      const last = all.at(-1);
      if (next === undefined) continue;
      if (next.kind === 'text' && last?.kind === 'text')
        all[all.length - 1] = { kind: 'text', text: last.text + next.text };
      else all.push(next);
    }
    for (const { kind } of all)
      if (!KINDS[role].includes(kind))
        throw refused(
          prompt,
          `has ${WORDS[kind]} in a message of the role "${role}"`,
          'Move it to another message.',
        );
    if (all.length > 0) turns.push({ role, content: all });
  }
  return turns;
}

type WithRef = { readonly ref?: unknown } | null | undefined;

/** The "ref" as a string; undefined if it is empty. APIs reject empty and numeric ids. */
function refOf(tool: WithRef): string | undefined {
  const ref = tool?.ref ?? '';
  return ref === '' ? undefined : String(ref);
}

/** APIs accept only an object, so any other value becomes its key `input`. */
function argumentsOf(input: unknown): Readonly<Record<string, unknown>> {
  if (isObject(input)) return input;
  return input === undefined || input === null ? {} : { input };
}

const KINDS: Readonly<Record<Message['role'], readonly Content['kind'][]>> = {
  system: ['text'],
  user: ['text', 'media', 'result'],
  model: ['text', 'media', 'call'],
  tool: ['result'],
};
const WORDS: Readonly<Record<Content['kind'], string>> = {
  text: 'text',
  media: 'media',
  call: 'a call of a tool',
  result: 'a result of a tool',
};

/** The texts of the system messages, separated by an empty line; undefined if there are none. */
export function systemOf(turns: readonly Turn[]): string | undefined {
  const texts = turns.filter(({ role }) => role === 'system').map(({ content }) => textOf(content));
  return texts.length === 0 ? undefined : texts.join('\n\n');
}

export function textOf(content: readonly Content[]): string {
  return content.map(each => (each.kind === 'text' ? each.text : '')).join('');
}

/** A tool's output, or a part's data, as text: a string as it is, anything else as JSON. */
export function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

function mediaOf({ url, contentType }: NonNullable<Part['media']>): Media {
  const [, ofData = '', base64, text] = /^data:([^,;]*)[^,]*?(?:;base64,(.*)|,(.*))$/is.exec(url) ?? [];
  const [given = ''] = (contentType || ofData).split(';', 1);
  // Many write image/jpg, which no API accepts.
  const type =
    given
      .trim()
      .toLowerCase()
      .replace(/\/jpg$/, '/jpeg') || 'image/*';
  // A URL may have percent-encoding and line breaks, which APIs reject.
  const plain = base64?.replace(/%[0-7][\da-f]/gi, decodeURIComponent).replace(/\s/g, '');
  const data = text === undefined ? plain : btoa(bytesOf(text));
  return { url: data === undefined ? url : `data:${type};base64,${data}`, type, data };
}

/** Percent-encoded bytes (RFC 3986), each as one character. */
function bytesOf(text: string): string {
  return encodeURIComponent(text)
    .replace(/%25(?=[0-9a-f]{2})/gi, '%')
    .replace(/%([0-9a-f]{2})/gi, (_, byte) => String.fromCharCode(Number.parseInt(byte, 16)));
}

/** A tool in the form that all APIs have in common; `parameters` is a JSON Schema. */
export interface ToolParams {
  readonly name: string;
  readonly description?: string;
  readonly parameters: JsonSchema & { readonly type: 'object' };
}

/** The declared tools with a description or a schema. The application itself adds tools that are only named. */
export function toolsOf({ metadata }: Renderable): ToolParams[] {
  return (metadata.tools ?? [])
    .filter(({ description, inputSchema }) => description !== undefined || inputSchema !== undefined)
    .map(({ name, description, inputSchema }) => ({
      name,
      ...(description !== undefined && { description }),
      parameters: parametersOf(inputSchema ?? {}),
    }));
}

/** All APIs require the schema of an object. Any other schema becomes its property `input`, as in `argumentsOf`. */
function parametersOf(schema: JsonSchema): JsonSchema & { readonly type: 'object' } {
  return [schema['type'] ?? 'object'].flat().includes('object')
    ? { properties: {}, ...schema, type: 'object' }
    : { type: 'object', properties: { input: schema }, required: ['input'] };
}

export interface DeclaredOutput {
  /** True if the output is JSON, with or without a schema. */
  readonly isJson: boolean;
  readonly schema: JsonSchema | undefined;
}

export function outputOf({ metadata }: Renderable): DeclaredOutput {
  const { schema, format } = (metadata.output ?? {}) as { schema?: unknown; format?: unknown };
  const isJson = format === 'json' || (schema ?? undefined) !== undefined;
  // No API accepts a schema that is only true or false.
  return { isJson, schema: isObject(schema) ? schema : undefined };
}

/** The prompt's name in the form that APIs require of a schema's name: at most 64 letters, digits, "_" and "-". */
export function schemaName({ name }: Renderable): string {
  return name.replace(/[^a-zA-Z0-9_-]+/g, '_').slice(0, 64) || 'output';
}

/**
 * The declared model without its provider prefix: `gpt-5` of `openai/gpt-5`.
 * @throws PromptForgeError `invalid_source` if none is declared
 */
export function modelOf({ metadata: { model }, reference, name }: Renderable): string {
  if (model !== undefined && model !== '') return model.slice(model.indexOf('/') + 1);
  throw new PromptForgeError(
    'invalid_source',
    `${reference ?? name} declares no model. Add "model:" to its front matter, or name the model in the call.`,
  );
}

/**
 * Keys that adapters ignore in a config. An SDK's options also include the model's input, which the messages set, and
 * the address and form of the response, which the application sets: a `baseUrl` would send its key elsewhere.
 */
const NOT_OF_A_CONFIG: ReadonlySet<string> = new Set([
  ...['messages', 'input', 'contents', 'prompt', 'system', 'systemInstruction', 'instructions'],
  ...['conversation', 'previous_response_id', 'cachedContent', 'model', 'stream', 'background'],
  ...['httpOptions', 'headers', 'apiKey', 'baseURL', 'baseUrl', 'fetch', 'timeout', 'maxRetries'],
  ...['abortSignal', 'signal'],
]);

/** The declared config without the keys above. `names` maps keys to the API's names; other keys keep theirs. */
export function configOf(
  { metadata: { config } }: Renderable,
  names: Readonly<Record<string, string>>,
): { [key: string]: unknown } {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => !NOT_OF_A_CONFIG.has(key))
      .map(([key, value]) => [Object.hasOwn(names, key) ? names[key] : key, value]),
  );
}

export function refused({ reference, name }: Renderable, what: string, todo: string): PromptForgeError {
  return new PromptForgeError('invalid_input', `${reference ?? name} ${what}. ${todo}`);
}
