/** The parts of a rendered prompt that model APIs need, before each adapter converts them to its own format. */
import { isObject } from './delivery.ts';
import { PromptForgeError } from './errors.ts';
import type { Message, Metadata, Part, Tool } from './types.ts';

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

/**
 * The messages; each tool call has an id, and each result the id of its call. Adjacent texts are merged. Messages
 * without content are dropped.
 * @throws PromptForgeError `invalid_input` for a tool result without a call, and content in a role that cannot have it
 */
export function turnsOf(prompt: Renderable): Turn[] {
  const open: { id: string; name: string; isNamed: boolean }[] = [];
  const taken = new Set<string>();
  for (const { content } of prompt.messages)
    for (const { toolRequest } of content) {
      const ref = refOf(toolRequest);
      if (ref !== undefined) taken.add(ref);
    }
  let count = 0;

  const newId = (): string => {
    do count += 1;
    while (taken.has(`call_${count}`));
    return `call_${count}`;
  };

  const contentOf = (part: Part): Content | undefined => {
    const { text, media, data, toolRequest, toolResponse } = part;
    // Other programs write null for the keys that a part does not have.
    if (typeof text === 'string') return text === '' ? undefined : { kind: 'text', text };
    if (typeof media?.url === 'string') return { kind: 'media', media: mediaOf(media) };
    if (isObject(data)) return { kind: 'text', text: jsonText(data) };
    if (typeof toolRequest?.name === 'string') {
      const { name, input } = toolRequest;
      const ref = refOf(toolRequest);
      const id = ref ?? newId();
      open.push({ id, name, isNamed: ref !== undefined });
      return { kind: 'call', id, name, input: argumentsOf(input) };
    }
    if (typeof toolResponse?.name !== 'string') return undefined;
    const { name, output } = toolResponse;
    const ref = refOf(toolResponse);
    const ofName = open.filter(each => (ref === undefined ? each.name === name : each.id === ref));
    // A result without a "ref" is one of a call without.
    const call = ofName.find(({ isNamed }) => !isNamed) ?? ofName[0];
    if (call !== undefined) open.splice(open.indexOf(call), 1);
    const id = ref ?? call?.id;
    if (id === undefined)
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

/** APIs take no empty id, and none that is a number. */
function refOf(tool: { readonly ref?: unknown } | null | undefined): string | undefined {
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
  const type = (contentType || ofData).split(';', 1)[0]?.trim().toLowerCase() || 'image/*';
  if (text === undefined) return { url, type, data: base64 };
  const data = btoa(bytesOf(text));
  return { url: `data:${type};base64,${data}`, type, data };
}

/** Percent-encoded bytes (RFC 3986), each as one character. */
function bytesOf(text: string): string {
  return encodeURIComponent(text)
    .replace(/%25(?=[0-9a-f]{2})/gi, '%')
    .replace(/%([0-9a-f]{2})/gi, (_, byte) => String.fromCharCode(Number.parseInt(byte, 16)));
}

/** Those with a description or a schema. A tool that is only named is one that the application adds itself. */
export function toolsOf({ metadata }: Renderable): readonly Tool[] {
  return (metadata.tools ?? []).filter(
    ({ description, inputSchema }) => description !== undefined || inputSchema !== undefined,
  );
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
