/** The status bar's one line, and what its tooltip and a screen reader say. */
import { EMBEDDED } from '../versions/uri.ts';

export type ConnectionState =
  | { readonly kind: 'no-folder' }
  | { readonly kind: 'not-connected' }
  | { readonly kind: 'untrusted' }
  | { readonly kind: 'broken-project'; readonly why: string }
  /** `isAsked`: a key was found, and the registry is asked who one is with it. */
  | { readonly kind: 'connecting'; readonly isAsked?: boolean }
  | { readonly kind: 'no-key' }
  /** `isBroken`: its log does not fit together, so that it is not opened. */
  | { readonly kind: 'refused'; readonly why: string; readonly isBroken?: boolean }
  | { readonly kind: 'offline'; readonly why: string }
  | {
      readonly kind: 'connected';
      readonly environment: string;
      readonly actor: string;
      readonly role: string;
    };

/** Over whatever is shown of a registry that does not answer, which may have moved on since. */
export const LAST_KNOWN = 'Offline. Showing last known state.';

export interface StatusWords {
  /** With codicons. */
  readonly text: string;
  readonly tooltip: string;
  readonly spoken: string;
  readonly warning: boolean;
}

/** `registry` is `embedded` or a URL; undefined when none is named. */
export function statusWords(state: ConnectionState, registry: string | undefined): StatusWords | undefined {
  if (state.kind === 'no-folder') return undefined;
  const name = registry === undefined ? '' : registryName(registry);
  const { icon, words, tooltip } = partsOf(state, name);
  return {
    text: `$(${icon}) ${words}`,
    tooltip,
    spoken: `PromptForge: ${words}. ${tooltip}`,
    warning: ['refused', 'offline', 'broken-project'].includes(state.kind),
  };
}

/** What people call a registry: its host, or `embedded`. */
export function registryName(registry: string): string {
  return registry === EMBEDDED ? EMBEDDED : registry.replace(/^https?:\/\//, '');
}

function partsOf(
  state: Exclude<ConnectionState, { kind: 'no-folder' }>,
  name: string,
): { icon: string; words: string; tooltip: string } {
  switch (state.kind) {
    case 'not-connected':
      return {
        icon: 'debug-disconnect',
        words: 'PromptForge: not connected',
        tooltip: 'This folder names no registry. Click to connect.',
      };
    case 'untrusted':
      return {
        icon: 'shield',
        words: 'PromptForge: untrusted',
        tooltip: 'PromptForge sends nothing from an untrusted workspace. Click to manage trust.',
      };
    case 'broken-project':
      return { icon: 'error', words: 'PromptForge: promptforge.json', tooltip: state.why };
    case 'connecting':
      return { icon: 'sync~spin', words: name, tooltip: `Connecting to ${name}…` };
    case 'no-key':
      return {
        icon: 'key',
        words: `${name} · no key`,
        tooltip: `No key for ${name} is stored. Click to set one.`,
      };
    case 'refused':
      return { icon: 'error', words: `${name} · refused`, tooltip: state.why };
    case 'offline':
      return {
        icon: 'cloud-offline',
        words: `${name} · offline`,
        tooltip: `${LAST_KNOWN} ${state.why}`,
      };
    case 'connected':
      return {
        icon: 'cloud',
        words: `${name} · ${state.environment}`,
        tooltip: `Connected to ${name} as ${state.actor} (${state.role} in ${state.environment}).`,
      };
  }
}
