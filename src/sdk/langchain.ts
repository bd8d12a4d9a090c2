/**
 * Converts a rendered prompt for the chat models of LangChain: messages for `invoke`, tools for `bindTools`, a schema
 * for `withStructuredOutput`, settings for a model's constructor. The types repeat the needed part of LangChain's, so
 * this depends on no release of LangChain.
 */
import {
  type AdapterOptions,
  type Content,
  type JsonSchema,
  jsonText,
  type Media,
  modelOf,
  outputOf,
  type Renderable,
  schemaName,
  textOf,
  toolsOf,
  turnsOf,
} from './adapt.ts';
import { closedSchema } from './closed-schema.ts';
import { PromptForgeError } from './errors.ts';

export type { AdapterOptions, Renderable };
export { PromptForgeError };

export type LangChainContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | {
      type: 'audio' | 'file';
      source_type: 'base64';
      mime_type: string;
      data: string;
      metadata?: FileMetadata;
    }
  | { type: 'audio' | 'file'; source_type: 'url'; mime_type: string; url: string; metadata?: FileMetadata };

/** OpenAI requires a file name. */
export type FileMetadata = { filename: string };

export type LangChainToolCall = {
  type: 'tool_call';
  id: string;
  name: string;
  args: Record<string, unknown>;
};

export type LangChainMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | LangChainContentPart[] }
  | { role: 'assistant'; content: string | LangChainContentPart[]; tool_calls?: LangChainToolCall[] }
  | { role: 'tool'; tool_call_id: string; name: string; content: string };

export type LangChainTool = {
  type: 'function';
  function: { name: string; description?: string; parameters: JsonSchema };
};

export interface ChatModelParams<Settings = { [key: string]: unknown }> {
  /** For `model.invoke(messages)`. */
  messages: LangChainMessage[];
  /** For `model.bindTools(tools)`; empty if the prompt declares none. */
  tools: LangChainTool[];
  /** For `model.withStructuredOutput(output.schema, { name: output.name })`; undefined if the prompt declares none. */
  output: { name: string; schema: JsonSchema } | undefined;
  /** For a model's constructor: the requested model and config. */
  settings: Settings;
}

type SettingsOf<Options> = { [key: string]: unknown } & (Options extends { readonly model: true }
  ? { model: string }
  : unknown);

/**
 * Returns the parameters for `new ChatOpenAI(settings).invoke(messages)` and similar.
 * @throws PromptForgeError `invalid_input` for content in a role that cannot have it, `invalid_source` if the option
 * `model` is set and the prompt declares none
 */
export function chatModelParams<const Options extends AdapterOptions>(
  prompt: Renderable,
  options?: Options,
): ChatModelParams<SettingsOf<Options>> {
  const { schema } = outputOf(prompt);
  const settings = {
    ...(options?.config && settingsOf(prompt)),
    ...(options?.model && { model: modelOf(prompt) }),
  };
  return {
    messages: turnsOf(prompt).flatMap(({ role, content }) => messagesOf(role, content)),
    tools: toolsOf(prompt).map(tool => ({ type: 'function', function: tool })),
    output: schema && { name: schemaName(prompt), schema: closedSchema(schema) },
    settings: settings as SettingsOf<Options>,
  };
}

/**
 * The parameters of a config that control a model. A constructor also takes keys and addresses, which a prompt must not
 * set: a `baseURL` would send the application's key elsewhere.
 */
const STEERING: ReadonlySet<string> = new Set([
  'frequencyPenalty',
  'maxOutputTokens',
  'maxTokens',
  'presencePenalty',
  'reasoningEffort',
  'seed',
  'stop',
  'stopSequences',
  'temperature',
  'thinking',
  'topK',
  'topP',
  'verbosity',
]);

function settingsOf(prompt: Renderable): { [key: string]: unknown } {
  const { config } = prompt.metadata;
  const { maxOutputTokens } = config;
  return {
    // Some providers' models call it `maxTokens`, others `maxOutputTokens`; each ignores the other name.
    ...(maxOutputTokens !== undefined && { maxTokens: maxOutputTokens }),
    ...Object.fromEntries(Object.entries(config).filter(([name]) => STEERING.has(name))),
  };
}

function messagesOf(role: string, content: readonly Content[]): LangChainMessage[] {
  if (role === 'system') return [{ role, content: textOf(content) }];
  const results = content.flatMap((each): LangChainMessage[] =>
    each.kind === 'result'
      ? [{ role: 'tool', tool_call_id: each.id, name: each.name, content: jsonText(each.output) }]
      : [],
  );
  const calls = content.flatMap((each): LangChainToolCall[] =>
    each.kind === 'call' ? [{ type: 'tool_call', id: each.id, name: each.name, args: each.input }] : [],
  );
  const said = content.filter(({ kind }) => kind === 'text' || kind === 'media');
  const isText = said.every(({ kind }) => kind === 'text');
  const text = isText ? textOf(said) : said.flatMap(partOf);
  if (role === 'model')
    return [{ role: 'assistant', content: text, ...(calls.length > 0 && { tool_calls: calls }) }];
  return said.length === 0 ? results : [...results, { role: 'user', content: text }];
}

function partOf(content: Content): LangChainContentPart[] {
  if (content.kind === 'text') return [{ type: 'text', text: content.text }];
  return content.kind === 'media' ? [mediaPart(content.media)] : [];
}

/** Images in the form that every provider's models accept; other media as LangChain's standard content blocks. */
function mediaPart({ url, type, data }: Media): LangChainContentPart {
  if (type.startsWith('image/')) return { type: 'image_url', image_url: { url } };
  const isAudio = type.startsWith('audio/');
  const block = {
    type: isAudio ? ('audio' as const) : ('file' as const),
    mime_type: AUDIO[type] ?? type,
    ...(!isAudio && { metadata: { filename: type === 'application/pdf' ? 'document.pdf' : 'file' } }),
  };
  return data === undefined
    ? { ...block, source_type: 'url', url }
    : { ...block, source_type: 'base64', data };
}

/** OpenAI's model only supports `audio/wav` and `audio/mp3`, which the others support, too. */
const AUDIO: Readonly<Record<string, string>> = { 'audio/x-wav': 'audio/wav', 'audio/mpeg': 'audio/mp3' };
