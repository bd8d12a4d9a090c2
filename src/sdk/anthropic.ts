/**
 * Converts a rendered prompt to the parameters of Anthropic's SDK. The types repeat the needed part of the SDK's, so
 * this depends on no release of the SDK.
 */
import {
  type AdapterOptions,
  type Content,
  configOf,
  type JsonSchema,
  jsonText,
  modelOf,
  type OrModel,
  outputOf,
  type Renderable,
  refused,
  systemOf,
  toolsOf,
  turnsOf,
} from './adapt.ts';
import { anthropicSchema } from './anthropic-schema.ts';
import { PromptForgeError } from './errors.ts';

export type { AdapterOptions, Renderable };
export { PromptForgeError };

type ImageType = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';

export type MessageBlock =
  | { type: 'text'; text: string }
  | {
      type: 'image';
      source: { type: 'base64'; media_type: ImageType; data: string } | { type: 'url'; url: string };
    }
  | {
      type: 'document';
      source: { type: 'base64'; media_type: 'application/pdf'; data: string } | { type: 'url'; url: string };
    }
  | { type: 'tool_use'; id: string; name: string; input: unknown }
  | { type: 'tool_result'; tool_use_id: string; content: string };

export interface MessageParams {
  /** `maxOutputTokens` or `max_tokens` of the declared config, even without the option `config`; default: 4096. */
  max_tokens: number;
  system?: string;
  messages: { role: 'user' | 'assistant'; content: string | MessageBlock[] }[];
  tools?: { name: string; description?: string; input_schema: { type: 'object'; [key: string]: unknown } }[];
  output_config?: { format: { type: 'json_schema'; schema: JsonSchema } };
}

const CONFIG = {
  maxOutputTokens: 'max_tokens',
  topP: 'top_p',
  topK: 'top_k',
  stopSequences: 'stop_sequences',
};
const MAX_TOKENS = 4096;
const IMAGES: readonly string[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

/**
 * Returns the parameters for `anthropic.messages.create({ model: 'claude-sonnet-5', ...messageParams(rendered) })`. All
 * system messages become `system`, and adjacent messages of the same role are merged.
 * @throws PromptForgeError `invalid_input` for content or an output schema that the API does not accept,
 * `invalid_source` if the option `model` is set and the prompt declares none
 */
export function messageParams<const Options extends AdapterOptions>(
  prompt: Renderable,
  options?: Options,
): OrModel<MessageParams, Options> {
  const turns = turnsOf(prompt);
  const system = systemOf(turns);
  const tools = toolsOf(prompt).map(({ parameters, ...tool }) => ({
    ...tool,
    input_schema: parameters,
  }));
  const { schema } = outputOf(prompt);
  const config = configOf(prompt, CONFIG);
  const declared = config['max_tokens'];
  const params = {
    ...(options?.config && config),
    ...(options?.model && { model: modelOf(prompt) }),
    max_tokens: typeof declared === 'number' ? declared : MAX_TOKENS,
    ...(system !== undefined && { system }),
    messages: messagesOf(
      prompt,
      turns.filter(({ role }) => role !== 'system'),
    ),
    ...(tools.length > 0 && { tools }),
    ...(schema !== undefined && {
      output_config: {
        ...(options?.config && (config['output_config'] as object | undefined)),
        format: { type: 'json_schema', schema: schemaFor(prompt, schema) },
      },
    }),
  };
  return params as unknown as OrModel<MessageParams, Options>;
}

function schemaFor(prompt: Renderable, schema: JsonSchema): JsonSchema {
  const taken = anthropicSchema(schema);
  if (taken !== undefined) return taken;
  throw refused(
    prompt,
    'declares an output with an object that names no keys, which Anthropic could only leave empty',
    'Name its keys, or make it a list of objects with a key and a value.',
  );
}

function messagesOf(prompt: Renderable, turns: ReturnType<typeof turnsOf>): MessageParams['messages'] {
  const messages: { role: 'user' | 'assistant'; content: MessageBlock[] }[] = [];
  for (const { role: declared, content } of turns) {
    const role = declared === 'model' ? 'assistant' : 'user';
    const blocks = content.flatMap(each => blockOf(prompt, each, role));
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) messages.push({ role, content: blocks });
  }
  // Anthropic requires tool results at the start of the message after their calls.
  for (const { content } of messages) content.sort((a, b) => orderOf(a) - orderOf(b));
  const last = messages.at(-1);
  const begun = last?.content.at(-1);
  // Anthropic rejects a prefilled answer that ends in white space.
  if (last?.role === 'assistant' && begun?.type === 'text') begun.text = begun.text.trimEnd();
  return messages.map(({ role, content }) => {
    const [only] = content;
    return { role, content: content.length === 1 && only?.type === 'text' ? only.text : content };
  });
}

function orderOf({ type }: MessageBlock): number {
  if (type === 'tool_result') return 0;
  return type === 'tool_use' ? 2 : 1;
}

function blockOf(prompt: Renderable, content: Content, role: 'user' | 'assistant'): MessageBlock[] {
  if (content.kind === 'text')
    return content.text.trim() === '' ? [] : [{ type: 'text', text: content.text }];
  if (content.kind === 'call')
    return [{ type: 'tool_use', id: content.id, name: content.name, input: content.input }];
  if (content.kind === 'result')
    return [{ type: 'tool_result', tool_use_id: content.id, content: jsonText(content.output) }];
  const { url, type, data } = content.media;
  if (role === 'assistant')
    throw refused(prompt, 'has media in a message of the model', 'Anthropic accepts only text there.');
  if (data === undefined && type.startsWith('image/'))
    return [{ type: 'image', source: { type: 'url', url } }];
  if (data !== undefined && IMAGES.includes(type))
    return [{ type: 'image', source: { type: 'base64', media_type: type as ImageType, data } }];
  if (type === 'application/pdf')
    return [
      {
        type: 'document',
        source: data === undefined ? { type: 'url', url } : { type: 'base64', media_type: type, data },
      },
    ];
  throw refused(
    prompt,
    `has media of the type ${type.slice(0, 100)}`,
    'Anthropic accepts PDF, and images as JPEG, PNG, GIF or WebP.',
  );
}
