/** The parts of a rendered prompt that model APIs need, before each adapter converts them to its own format. */
import { isObject } from './delivery.ts';
import { PromptForgeError } from './errors.ts';
import type { Message, Metadata, Part } from './types.ts';

/** Of the adapters that take a model by its name. */
export interface AdapterOptions {
  /** Adds the declared model, without its provider prefix. */
  readonly model?: boolean | undefined;
  /** Adds the declared config. */
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

/** Ids of calls that every API takes: OpenAI's chats 40 characters, Anthropic's no others. */
const ID = /^[\w-]{1,40}$/;

/**
 * The messages, each tool call with an id that every API takes and each result with that of its call. Neighboring texts
 * are one. A message without content is left out.
 * @throws PromptForgeError `invalid_input` for a tool's result that no call waits for, and content in a role that has none
 */
export function turnsOf(prompt: Renderable): Turn[] {
  const open: { id: string; name: string; own: string | undefined }[] = [];
  const written = JSON.stringify(prompt.messages);
  /** In place of refs that not every API takes. */
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
    // A result without a "ref" is one of a call without.
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

/** APIs take no empty id, and none that is a number. */
function refOf(tool: WithRef): string | undefined {
  const ref = tool?.ref ?? '';
  return ref === '' ? undefined : String(ref);
}

/** APIs take an object alone. */
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

/** A tool's output, or data, as text: itself, or as JSON. */
export function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

function mediaOf({ url, contentType }: NonNullable<Part['media']>): Media {
  const [, ofData = '', base64, text] = /^data:([^,;]*)[^,]*?(?:;base64,(.*)|,(.*))$/is.exec(url) ?? [];
  const [given = ''] = (contentType || ofData).split(';', 1);
  // No API knows the name that many give JPEG.
  const type =
    given
      .trim()
      .toLowerCase()
      .replace(/\/jpg$/, '/jpeg') || 'image/*';
  // APIs take neither the percent-encoding nor the line breaks that a URL may have.
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

/** A tool as APIs take it. */
export interface ToolParams {
  readonly name: string;
  readonly description?: string;
  readonly parameters: JsonSchema & { readonly type: 'object' };
}

/** Those with a description or a schema. A tool that is only named is one that the application adds itself. */
export function toolsOf({ metadata }: Renderable): ToolParams[] {
  return (metadata.tools ?? [])
    .filter(({ description, inputSchema }) => description !== undefined || inputSchema !== undefined)
    .map(({ name, description, inputSchema }) => ({
      name,
      ...(description !== undefined && { description }),
      parameters: parametersOf(inputSchema ?? {}),
    }));
}

/** An object, as all APIs ask for; anything else under the key under which such arguments are sent. */
function parametersOf(schema: JsonSchema): JsonSchema & { readonly type: 'object' } {
  return [schema['type'] ?? 'object'].flat().includes('object')
    ? { properties: {}, ...schema, type: 'object' }
    : { type: 'object', properties: { input: schema }, required: ['input'] };
}

export interface DeclaredOutput {
  /** True if it is JSON, with a schema or without. */
  readonly isJson: boolean;
  readonly schema: JsonSchema | undefined;
}

export function outputOf({ metadata }: Renderable): DeclaredOutput {
  const { schema, format } = (metadata.output ?? {}) as { schema?: unknown; format?: unknown };
  const isJson = format === 'json' || (schema ?? undefined) !== undefined;
  // No API accepts a schema that is only true or false.
  return { isJson, schema: isObject(schema) ? schema : undefined };
}

/** The prompt's name as model APIs name a schema. */
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
 * Never read from a config. An SDK's options also include the model's input, which the messages are for, and the
 * address and form of the response, which are up to the application: a `baseUrl` would send its key elsewhere.
 */
const NOT_OF_A_CONFIG: ReadonlySet<string> = new Set([
  ...['messages', 'input', 'contents', 'prompt', 'system', 'systemInstruction', 'instructions'],
  ...['conversation', 'previous_response_id', 'cachedContent', 'model', 'stream', 'background'],
  ...['httpOptions', 'headers', 'apiKey', 'baseURL', 'baseUrl', 'fetch', 'timeout', 'maxRetries'],
  ...['abortSignal', 'signal'],
]);

/** Settings for the model, with keys renamed for the API; all others are unchanged. */
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
