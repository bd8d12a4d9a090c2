/**
 * Converts a rendered prompt to the parameters of `generateText` and `streamText` of the Vercel AI SDK. The types
 * repeat the needed part of the SDK's, and the caller passes the SDK's functions, so this depends on no release of it.
 */
import {
  type Content,
  configOf,
  type JsonSchema,
  modelOf,
  outputOf,
  type Renderable,
  refused,
  systemOf,
  toolsOf,
  turnsOf,
} from './adapt.ts';
import { closedSchema } from './closed-schema.ts';
import { isObject } from './delivery.ts';
import { PromptForgeError } from './errors.ts';
import { strictSchema } from './strict-schema.ts';

export type { Renderable };
export { PromptForgeError };

export interface ParamsOptions<Model, Schema, Output> {
  /** The provider, such as `openai` of `@ai-sdk/openai`. It is called with the declared model, without its prefix. */
  readonly model?: ((id: string) => Model) | undefined;
  /** True to use the declared config. */
  readonly config?: boolean | undefined;
  /** The SDK's `jsonSchema`: enables the declared tools, and with `Output` the declared output. */
  readonly jsonSchema?: ((schema: JsonSchema) => Schema) | undefined;
  /** `Output` of the SDK. */
  readonly Output?: { object(options: { schema: Schema }): Output } | undefined;
}

export type ModelPart =
  | { type: 'text'; text: string }
  | { type: 'tool-call'; toolCallId: string; toolName: string; input: unknown };
export type FilePart = { type: 'file'; data: string | URL; mediaType: string };
export type ResultPart = {
  type: 'tool-result';
  toolCallId: string;
  toolName: string;
  output: { type: 'text'; value: string } | { type: 'json'; value: JsonValue };
};
export type JsonValue =
  | null
  | string
  | number
  | boolean
  | JsonValue[]
  | { [key: string]: JsonValue | undefined };

export type TextMessage =
  | { role: 'user'; content: ({ type: 'text'; text: string } | FilePart)[] }
  | { role: 'assistant'; content: (ModelPart | FilePart)[] }
  | { role: 'tool'; content: ResultPart[] };

export interface TextParams<Schema = never, Output = never> {
  /** The system messages. */
  instructions?: string;
  messages: TextMessage[];
  tools?: Record<string, { description?: string; inputSchema: Schema }>;
  output?: Output;
  /** Set if the declared output does not fit the strict mode that the AI SDK's OpenAI provider turns on by itself. */
  providerOptions?: { [provider: string]: { [option: string]: JsonValue | undefined } };
}

/**
 * Returns the parameters for `generateText({ model, ...textParams(rendered) })`.
 * @throws PromptForgeError `invalid_input` for content in a role that cannot have it and for media without a valid URL;
 * `invalid_source` if `model` is given and the prompt declares none
 */
export function textParams<Model = never, Schema = never, Output = never>(
  prompt: Renderable,
  options: ParamsOptions<Model, Schema, Output> & { readonly model: (id: string) => Model },
): TextParams<Schema, Output> & { model: Model };
export function textParams<Schema = never, Output = never>(
  prompt: Renderable,
  options?: ParamsOptions<never, Schema, Output>,
): TextParams<Schema, Output>;
export function textParams<Model, Schema, Output>(
  prompt: Renderable,
  { model, config, jsonSchema, Output }: ParamsOptions<Model, Schema, Output> = {},
): TextParams<Schema, Output> {
  const turns = turnsOf(prompt);
  const instructions = systemOf(turns);
  const tools = jsonSchema === undefined ? [] : toolsOf(prompt);
  const { schema } = outputOf(prompt);
  const params = {
    ...(config && configOf(prompt, {})),
    ...(model !== undefined && { model: model(modelOf(prompt)) }),
    ...(instructions !== undefined && { instructions }),
    messages: turns.flatMap(({ role, content }) => messagesOf(prompt, role, content)),
    ...(tools.length > 0 && {
      tools: Object.fromEntries(
        tools.map(({ name, parameters, ...tool }) => [
          name,
          { ...tool, inputSchema: jsonSchema?.(parameters) },
        ]),
      ),
    }),
    ...(schema !== undefined &&
      jsonSchema !== undefined &&
      Output !== undefined &&
      outputParams(prompt, config === true, schema, jsonSchema, Output)),
  };
  return params as unknown as TextParams<Schema, Output>;
}

/** The OpenAI provider uses strict mode by default, which rejects most schemas as written. */
function outputParams<Schema, Output>(
  prompt: Renderable,
  takesConfig: boolean,
  schema: JsonSchema,
  jsonSchema: (schema: JsonSchema) => Schema,
  Output: { object(options: { schema: Schema }): Output },
): Pick<TextParams<Schema, Output>, 'output' | 'providerOptions'> {
  const strict = strictSchema(schema);
  const output = Output.object({ schema: jsonSchema(strict ?? closedSchema(schema)) });
  if (strict !== undefined) return { output };
  const declared = takesConfig ? prompt.metadata.config['providerOptions'] : undefined;
  const { openai, ...others } = (isObject(declared) ? declared : {}) as NonNullable<
    TextParams['providerOptions']
  >;
  return { output, providerOptions: { ...others, openai: { strictJsonSchema: false, ...openai } } };
}

function messagesOf(prompt: Renderable, role: string, content: readonly Content[]): TextMessage[] {
  if (role === 'system') return [];
  const results = content.flatMap((each): ResultPart[] =>
    each.kind === 'result'
      ? [{ type: 'tool-result', toolCallId: each.id, toolName: each.name, output: outputPart(each.output) }]
      : [],
  );
  const parts = content.flatMap((each): (ModelPart | FilePart)[] => {
    if (each.kind === 'text') return [{ type: 'text', text: each.text }];
    if (each.kind === 'call')
      return [{ type: 'tool-call', toolCallId: each.id, toolName: each.name, input: each.input }];
    return each.kind === 'media' ? [filePart(prompt, each.media)] : [];
  });
  const message = { role: role === 'model' ? 'assistant' : 'user', content: parts } as TextMessage;
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, content: results }] : []),
    ...(parts.length > 0 ? [message] : []),
  ];
}

function outputPart(output: unknown): ResultPart['output'] {
  return typeof output === 'string'
    ? { type: 'text', value: output }
    : { type: 'json', value: (output ?? null) as JsonValue };
}

function filePart(
  prompt: Renderable,
  { url, type, data }: { url: string; type: string; data: string | undefined },
): FilePart {
  if (data !== undefined) return { type: 'file', data, mediaType: type };
  if (URL.canParse(url)) return { type: 'file', data: new URL(url), mediaType: type };
  throw refused(prompt, 'has media without a valid URL', 'Write a full URL, or a data: URL.');
}
