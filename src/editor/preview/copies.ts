/** What can be copied of a rendering, as text. */
import type { Message } from 'dotprompt';
import type { PromptName } from '../../core/name.ts';
import { curlBase } from '../versions/curl.ts';

/** Messages as the registry's `render` answers them, to paste into a request or a test. */
export function messagesJson(messages: readonly Message[]): string {
  return `${JSON.stringify(messages, null, 2)}\n`;
}

/** The command line that lets the registry render; its key is a shell variable, never the key itself. */
export function renderCurl(
  registry: string,
  prompt: PromptName,
  version: number | undefined,
  input: Readonly<Record<string, unknown>>,
): string {
  const body = JSON.stringify({ ...(version !== undefined && { version }), input });
  return [
    `curl '${curlBase(registry)}/v1/prompts/${prompt}/-/render'`,
    `-H "Authorization: Bearer $PROMPTFORGE_KEY"`,
    `-H 'Content-Type: application/json'`,
    `--data-raw ${quoted(body)}`,
  ].join(' \\\n  ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
