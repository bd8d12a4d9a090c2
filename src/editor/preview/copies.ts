/** The texts that can be copied from a rendering. */
import type { Message } from 'dotprompt';
import type { PromptName } from '../../core/name.ts';
import { curlBase } from '../versions/curl.ts';
import { curlCommand, type Shell } from '../versions/shell.ts';

/** Messages in the format of the registry's `render`, to paste into a request or a test. */
export function messagesJson(messages: readonly Message[]): string {
  return `${JSON.stringify(messages, null, 2)}\n`;
}

/** The command line for rendering by the registry. The key is a shell variable, never the key itself. */
export function renderCurl(
  registry: string,
  prompt: PromptName,
  version: number | undefined,
  input: Readonly<Record<string, unknown>>,
  shell: Shell,
): string {
  const url = `${curlBase(registry)}/v1/prompts/${prompt}/-/render`;
  return curlCommand({ url, body: { ...(version !== undefined && { version }), input } }, shell);
}
