/** The command line that fetches a prompt as an application does. The key is a shell variable, never the key itself. */
import type { PromptName } from '../../core/name.ts';
import { curlCommand, type Shell } from './shell.ts';
import { EMBEDDED } from './uri.ts';

/** The default address of `promptforge serve`. */
const SERVED_EMBEDDED = 'http://127.0.0.1:7878';

export interface Curl {
  readonly command: string;
  /** Further requirements; undefined if there are none. */
  readonly note: string | undefined;
}

export function curlOf(
  registry: string,
  prompt: PromptName,
  what: { readonly version: number } | { readonly channel: string },
  shell: Shell,
): Curl {
  const query =
    'version' in what
      ? `?version=${what.version}`
      : what.channel === 'stable'
        ? ''
        : `?channel=${what.channel}`;
  return {
    command: curlCommand({ url: `${curlBase(registry)}/v1/prompts/${prompt}${query}` }, shell),
    note: curlNote(registry),
  };
}

/** The address at which applications reach the registry. */
export function curlBase(registry: string): string {
  return registry === EMBEDDED ? SERVED_EMBEDDED : registry;
}

/** Requirements besides a key; undefined if there are none. */
export function curlNote(registry: string): string | undefined {
  return registry === EMBEDDED
    ? 'The embedded registry has no port. Run "promptforge serve" on its data folder first, and create a reader key with "promptforge keys create".'
    : undefined;
}
