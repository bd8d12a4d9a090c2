/** Checks the conversation and the context of a call by the same rules as the registry's API. */
import { takenContextName } from '../core/context-names.ts';
import { asObject, isObject } from './delivery.ts';
import { PromptForgeError } from './errors.ts';
import type { Message } from './types.ts';

const MOST = 1000;
const ROLES: readonly unknown[] = ['system', 'user', 'model', 'tool'] satisfies Message['role'][];

/**
 * @param given the options after a conversion to JSON and back
 * @throws PromptForgeError `invalid_input`
 */
export function checkConversation(given: { readonly messages?: unknown; readonly context?: unknown }): void {
  const { messages = [], context = {} } = given;
  if (!isObject(context)) throw invalid('"context" must be an object of values by name.');
  const taken = takenContextName(context);
  if (taken !== undefined) throw invalid(taken.sentence);
  if (!Array.isArray(messages) || messages.length > MOST)
    throw invalid(`"messages" must be a list of ${MOST} messages at most.`);
  for (const [index, message] of messages.entries()) {
    const { role, content, metadata = {} } = asObject(message);
    const at = `messages[${index}]`;
    if (!ROLES.includes(role))
      throw invalid(
        `The role of ${at} must be "system", "user", "model" or "tool". For "assistant" write "model".`,
      );
    if (!isObject(metadata)) throw invalid(`The metadata of ${at} must be an object.`);
    if (!Array.isArray(content) || !content.every(isPart))
      throw invalid(`The content of ${at} must be a list of parts, such as [{text: "Hello"}].`);
  }
}

function isPart(value: unknown): boolean {
  const { text, media, data, toolRequest, toolResponse, metadata } = asObject(value);
  const { url, contentType = '' } = asObject(media);
  const isNamed = (tool: unknown) => typeof asObject(tool)['name'] === 'string';
  return (
    typeof text === 'string' ||
    (typeof url === 'string' && typeof contentType === 'string') ||
    isObject(data) ||
    isNamed(toolRequest) ||
    isNamed(toolResponse) ||
    isObject(metadata)
  );
}

function invalid(message: string): PromptForgeError {
  return new PromptForgeError('invalid_input', message);
}
