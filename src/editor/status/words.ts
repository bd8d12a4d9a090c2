/** The texts of the status bar item, its tooltip and its accessibility label. */
import { EMBEDDED } from '../versions/uri.ts';
import { counted } from '../wording/age.ts';
import type { Counts } from '../working-copy/groups.ts';

export type ConnectionState =
  | { readonly kind: 'no-folder' }
  | { readonly kind: 'not-connected' }
  | { readonly kind: 'untrusted' }
  | { readonly kind: 'broken-project'; readonly why: string }
  /** `isAsked`: a key was found, and its identity is being requested. */
  | { readonly kind: 'connecting'; readonly isAsked?: boolean }
  | { readonly kind: 'no-key' }
  /** `isBroken`: its log is inconsistent, so that it is not opened. */
  | { readonly kind: 'refused'; readonly why: string; readonly isBroken?: boolean }
  | { readonly kind: 'offline'; readonly why: string }
  | {
      readonly kind: 'connected';
      readonly environment: string;
      readonly actor: string;
      readonly role: string;
    };

/** Prefix for the last known state of an unreachable registry. */
export const LAST_KNOWN = 'Offline. Showing last known state.';

export interface StatusWords {
  /** With codicons. */
  readonly text: string;
  readonly tooltip: string;
  readonly spoken: string;
  readonly warning: boolean;
}

const NOTHING: Counts = { conflicts: 0, changes: 0, incoming: 0 };

/**
 * @param registry is `embedded` or a URL; undefined if there is none
 * @param counts numbers of prompts that differ from the registry
 * @param project the name of the shown project, if the window has several
 */
export function statusWords(
  state: ConnectionState,
  registry: string | undefined,
  counts: Counts = NOTHING,
  project?: string,
): StatusWords | undefined {
  if (state.kind === 'no-folder') return undefined;
  const name = registry === undefined ? '' : registryName(registry);
  const { icon, words: ofState, tooltip } = partsOf(state, name);
  const words = project === undefined ? ofState : `${project} · ${ofState}`;
  const shown = project === undefined ? [] : [`This window shows the project ${project}.`];
  const differences = differencesIn(counts);
  const told = [...shown, tooltip, ...differences].join(' ');
  return {
    text: [`$(${icon}) ${words}`, countsInBrief(counts)].filter(part => part !== '').join(' '),
    tooltip: told,
    spoken: `PromptForge: ${words}. ${told}`,
    // An unreachable registry comes back by itself, so this is not a warning.
    warning: ['refused', 'broken-project'].includes(state.kind),
  };
}

/** `1↓ 2↑ 1!`, like git's item; empty if nothing differs. */
function countsInBrief({ conflicts, changes, incoming }: Counts): string {
  const parts = [
    [incoming, '↓'],
    [changes, '↑'],
    [conflicts, '!'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, mark]) => `${count}${mark}`)
    .join(' ');
}

function differencesIn({ conflicts, changes, incoming }: Counts): string[] {
  return [
    ...(incoming > 0 ? [`${counted(incoming, 'prompt')} to pull.`] : []),
    ...(changes > 0 ? [`${counted(changes, 'prompt')} changed here and not published.`] : []),
    ...(conflicts > 0 ? [`${counted(conflicts, 'prompt')} changed here and in the registry.`] : []),
  ];
}

/** The name of a registry: its host, or `embedded`. */
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
        tooltip: 'This folder is not connected to a registry. Click to connect.',
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
