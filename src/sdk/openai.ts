/**
 * Converts a rendered prompt to the parameters of OpenAI's SDK, also for compatible APIs such as those of Grok and
 * Groq. The types repeat the needed part of the SDK's, so this depends on no release of the SDK.
 */
import {
  type AdapterOptions,
  type Content,
  configOf,
  type JsonSchema,
  jsonText,
  type Media,
  modelOf,
  type OrModel,
  outputOf,
  type Renderable,
  refused,
  schemaName,
  textOf,
  toolsOf,
  turnsOf,
} from './adapt.ts';
import { PromptForgeError } from './errors.ts';
import { strictSchema } from './strict-schema.ts';

export type { AdapterOptions, Renderable };
export { PromptForgeError };

export type ChatContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'input_audio'; input_audio: { data: string; format: 'wav' | 'mp3' } }
  | { type: 'file'; file: { file_data: string; filename: string } };

export type ChatMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | ChatContentPart[] }
  | { role: 'assistant'; content: string | null; tool_calls?: ChatToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

export interface ChatToolCall {
  id: string;
  type: 'function';
  /** `arguments` is JSON text. */
  function: { name: string; arguments: string };
}

export interface ChatTool {
  type: 'function';
  function: { name: string; description?: string; parameters?: JsonSchema };
}

export interface ChatCompletionParams {
  messages: ChatMessage[];
  tools?: ChatTool[];
  response_format?:
    | { type: 'json_schema'; json_schema: { name: string; schema: JsonSchema; strict: boolean } }
    | { type: 'json_object' };
}

/**
 * Returns the parameters for `openai.chat.completions.create({ model: 'gpt-5', ...chatCompletionParams(rendered) })`.
 * @throws PromptForgeError `invalid_input` for content that the API does not accept, `invalid_source` if the option
 * `model` is set and the prompt declares none
 */
export function chatCompletionParams<const Options extends AdapterOptions>(
  prompt: Renderable,
  options?: Options,
): OrModel<ChatCompletionParams, Options> {
  const messages = turnsOf(prompt).flatMap(({ role, content }): ChatMessage[] => {
    if (role === 'system') return [{ role, content: textOf(content) }];
    if (role === 'model') return [assistantMessage(prompt, content)];
    const results = content.flatMap(each =>
      each.kind === 'result'
        ? [{ role: 'tool' as const, tool_call_id: each.id, content: jsonText(each.output) }]
        : [],
    );
    const said = content.filter(each => each.kind !== 'result');
    if (said.length === 0) return results;
    const parts = said.flatMap(each => chatPart(prompt, each));
    const isText = parts.every(({ type }) => type === 'text');
    return [...results, { role: 'user', content: isText ? textOf(said) : parts }];
  });
  const tools = toolsOf(prompt).map((tool): ChatTool => ({ type: 'function', function: tool }));
  const format = formatOf(prompt);
  const params = {
    ...(options?.config && configOf(prompt, CHAT_CONFIG)),
    ...(options?.model && { model: modelOf(prompt) }),
    messages,
    ...(tools.length > 0 && { tools }),
    ...(format !== undefined && {
      response_format: 'schema' in format ? { type: 'json_schema', json_schema: format } : format,
    }),
  };
  return params as unknown as OrModel<ChatCompletionParams, Options>;
}

const CHAT_CONFIG = { maxOutputTokens: 'max_completion_tokens', topP: 'top_p', stopSequences: 'stop' };
const RESPONSE_CONFIG = { maxOutputTokens: 'max_output_tokens', topP: 'top_p' };

function assistantMessage(prompt: Renderable, content: readonly Content[]): ChatMessage {
  const calls = content.flatMap((each): ChatToolCall[] => {
    if (each.kind === 'media') throw mediaOfModel(prompt);
    if (each.kind !== 'call') return [];
    const { id, name, input } = each;
    return [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }];
  });
  const text = textOf(content);
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function chatPart(prompt: Renderable, content: Content): ChatContentPart[] {
  if (content.kind === 'text') return [{ type: 'text', text: content.text }];
  if (content.kind !== 'media') return [];
  const { url, type, data } = content.media;
  if (type.startsWith('image/')) return [{ type: 'image_url', image_url: { url } }];
  const format = AUDIO[type];
  if (format !== undefined && data !== undefined)
    return [{ type: 'input_audio', input_audio: { data, format } }];
  if (type === 'application/pdf' && data !== undefined)
    return [{ type: 'file', file: { file_data: url, filename: 'document.pdf' } }];
  throw notTaken(prompt, content.media);
}

const AUDIO: Readonly<Record<string, 'wav' | 'mp3'>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
};

export type ResponseContentPart =
  | { type: 'input_text'; text: string }
  | { type: 'input_image'; image_url: string; detail: 'auto' }
  | { type: 'input_file'; file_url: string }
  | { type: 'input_file'; file_data: string; filename: string };

export type ResponseItem =
  | { role: 'system' | 'user' | 'assistant'; content: string }
  | { role: 'user'; content: ResponseContentPart[] }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: string };

export interface ResponseTool {
  type: 'function';
  name: string;
  description?: string;
  parameters: JsonSchema;
  strict: boolean;
}

export interface ResponseParams {
  input: ResponseItem[];
  tools?: ResponseTool[];
  text?: {
    format:
      | { type: 'json_schema'; name: string; schema: JsonSchema; strict: boolean }
      | { type: 'json_object' };
  };
}

/**
 * Returns the parameters for `openai.responses.create({ model: 'gpt-5', ...responseParams(rendered) })`.
 * @throws PromptForgeError for the same reasons as `chatCompletionParams`
 */
export function responseParams<const Options extends AdapterOptions>(
  prompt: Renderable,
  options?: Options,
): OrModel<ResponseParams, Options> {
  const input: ResponseItem[] = [];
  for (const { role, content } of turnsOf(prompt)) {
    const said = content.filter(each => each.kind === 'text' || each.kind === 'media');
    for (const each of content)
      if (each.kind === 'result')
        input.push({ type: 'function_call_output', call_id: each.id, output: jsonText(each.output) });
    if (said.length > 0) input.push(responseMessage(prompt, role, said));
    for (const each of content)
      if (each.kind === 'call')
        input.push({
          type: 'function_call',
          call_id: each.id,
          name: each.name,
          arguments: JSON.stringify(each.input),
        });
  }
  const tools = toolsOf(prompt).map((tool): ResponseTool => ({ type: 'function', ...tool, strict: false }));
  const format = formatOf(prompt);
  const params = {
    ...(options?.config && configOf(prompt, RESPONSE_CONFIG)),
    ...(options?.model && { model: modelOf(prompt) }),
    input,
    ...(tools.length > 0 && { tools }),
    ...(format !== undefined && {
      text: {
        ...(options?.config && (prompt.metadata.config['text'] as object | undefined)),
        format: 'schema' in format ? { type: 'json_schema', ...format } : format,
      },
    }),
  };
  return params as unknown as OrModel<ResponseParams, Options>;
}

function responseMessage(prompt: Renderable, role: string, content: readonly Content[]): ResponseItem {
  if (role === 'system') return { role, content: textOf(content) };
  if (role === 'model') {
    if (content.some(({ kind }) => kind === 'media')) throw mediaOfModel(prompt);
    return { role: 'assistant', content: textOf(content) };
  }
  if (content.every(({ kind }) => kind === 'text')) return { role: 'user', content: textOf(content) };
  const parts = content.flatMap((each): ResponseContentPart[] => {
    if (each.kind === 'text') return [{ type: 'input_text', text: each.text }];
    if (each.kind !== 'media') return [];
    const { url, type, data } = each.media;
    if (type.startsWith('image/')) return [{ type: 'input_image', image_url: url, detail: 'auto' }];
    if (type !== 'application/pdf') throw notTaken(prompt, each.media);
    if (data === undefined) return [{ type: 'input_file', file_url: url }];
    return [{ type: 'input_file', file_data: url, filename: 'document.pdf' }];
  });
  return { role: 'user', content: parts };
}

function formatOf(
  prompt: Renderable,
): { name: string; schema: JsonSchema; strict: boolean } | { type: 'json_object' } | undefined {
  const { isJson, schema } = outputOf(prompt);
  if (schema === undefined) return isJson ? { type: 'json_object' } : undefined;
  const strict = strictSchema(schema);
  return { name: schemaName(prompt), schema: strict ?? schema, strict: strict !== undefined };
}

function mediaOfModel(prompt: Renderable): PromptForgeError {
  return refused(prompt, 'has media in a message of the model', 'OpenAI accepts only text there.');
}

function notTaken(prompt: Renderable, { type, data }: Media): PromptForgeError {
  const as = data === undefined ? 'by its URL' : 'as data';
  return refused(prompt, `has media of the type ${type.slice(0, 100)} ${as}`, 'This API does not accept it.');
}
