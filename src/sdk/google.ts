/**
 * Converts a rendered prompt to the parameters of Google's SDK for Gemini. The types repeat the needed part of the
 * SDK's, so this depends on no release of the SDK.
 */
import {
  type AdapterOptions,
  type Content,
  configOf,
  type JsonSchema,
  modelOf,
  type OrModel,
  outputOf,
  type Renderable,
  systemOf,
  type Turn,
  toolsOf,
  turnsOf,
} from './adapt.ts';
import { closedSchema } from './closed-schema.ts';
import { isObject } from './delivery.ts';
import { PromptForgeError } from './errors.ts';

export type { AdapterOptions, Renderable };
export { PromptForgeError };

export type ContentPart =
  | { text: string }
  | { inlineData: { data: string; mimeType: string } }
  | { fileData: { fileUri: string; mimeType?: string } }
  | { functionCall: { id: string; name: string; args: Record<string, unknown> } }
  | { functionResponse: { id: string; name: string; response: Record<string, unknown> } };

export interface ContentParams {
  contents: { role: 'user' | 'model'; parts: ContentPart[] }[];
  config: {
    systemInstruction?: string;
    tools?: {
      functionDeclarations: { name: string; description?: string; parametersJsonSchema?: JsonSchema }[];
    }[];
    responseMimeType?: string;
    responseJsonSchema?: JsonSchema;
  };
}

/**
 * Returns the parameters for `ai.models.generateContent({ model: 'gemini-3-pro', ...contentParams(rendered) })`. All
 * system messages become `config.systemInstruction`.
 * @throws PromptForgeError `invalid_input` for content in a role that cannot have it, `invalid_source` if the option
 * `model` is set and the prompt declares none
 */
export function contentParams<const Options extends AdapterOptions>(
  prompt: Renderable,
  options?: Options,
): OrModel<ContentParams, Options> {
  const turns = turnsOf(prompt);
  const system = systemOf(turns);
  const functionDeclarations = toolsOf(prompt).map(({ parameters, ...tool }) => ({
    ...tool,
    parametersJsonSchema: parameters,
  }));
  const { isJson, schema } = outputOf(prompt);
  const params = {
    ...(options?.model && { model: modelOf(prompt) }),
    contents: contentsOf(turns.filter(({ role }) => role !== 'system')),
    config: {
      ...(options?.config && configOf(prompt, {})),
      ...(system !== undefined && { systemInstruction: system }),
      ...(functionDeclarations.length > 0 && { tools: [{ functionDeclarations }] }),
      ...(isJson && { responseMimeType: 'application/json' }),
      ...(schema !== undefined && { responseJsonSchema: closedSchema(schema) }),
    },
  };
  return params as unknown as OrModel<ContentParams, Options>;
}

/** Gemini requires the results of parallel calls in one message. */
function contentsOf(turns: readonly Turn[]): ContentParams['contents'] {
  const contents: ContentParams['contents'] = [];
  turns.forEach(({ role, content }, index) => {
    const parts = content.map(partOf);
    const last = contents.at(-1);
    if (role === 'tool' && turns[index - 1]?.role === 'tool') last?.parts.push(...parts);
    else contents.push({ role: role === 'model' ? 'model' : 'user', parts });
  });
  return contents;
}

function partOf(content: Content): ContentPart {
  if (content.kind === 'text') return { text: content.text };
  if (content.kind === 'media') {
    const { url, type, data } = content.media;
    if (data !== undefined) return { inlineData: { data, mimeType: type } };
    return { fileData: { fileUri: url, ...(!type.endsWith('/*') && { mimeType: type }) } };
  }
  const { id, name } = content;
  if (content.kind === 'call') return { functionCall: { id, name, args: content.input } };
  return { functionResponse: { id, name, response: asObject(content.output) } };
}

/** Returns an object as it is; any other value gets the key `output`, which the API defines for it. */
function asObject(output: unknown): Record<string, unknown> {
  return isObject(output) ? output : { output: output ?? null };
}
