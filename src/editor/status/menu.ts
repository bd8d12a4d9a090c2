/** The status bar menu for each state, most useful item first. */
import { EMBEDDED } from '../versions/uri.ts';
import type { ConnectionState } from './words.ts';

export interface MenuEntry {
  readonly title: string;
  /** The name of a codicon. */
  readonly icon: string;
  readonly command: string;
}

const CONNECT: MenuEntry = { title: 'Connect to Registry…', icon: 'plug', command: 'promptforge.connect' };
const SWITCH: MenuEntry = {
  title: 'Switch Project…',
  icon: 'arrow-swap',
  command: 'promptforge.switchProject',
};
const SET_KEY: MenuEntry = { title: 'Set Key…', icon: 'key', command: 'promptforge.setKey' };
const REFRESH: MenuEntry = { title: 'Refresh', icon: 'refresh', command: 'promptforge.refresh' };
const LOG: MenuEntry = { title: 'Show Log', icon: 'output', command: 'promptforge.showLog' };
const TRUST: MenuEntry = {
  title: 'Manage Workspace Trust',
  icon: 'shield',
  command: 'workbench.trust.manage',
};
const FIX: MenuEntry = {
  title: 'Open promptforge.json',
  icon: 'go-to-file',
  command: 'promptforge.openProjectFile',
};
const WORK: readonly MenuEntry[] = [
  { title: 'Publish…', icon: 'cloud-upload', command: 'promptforge.publish' },
  { title: 'Promote…', icon: 'rocket', command: 'promptforge.promote' },
  { title: 'Roll Back…', icon: 'discard', command: 'promptforge.rollBack' },
  { title: 'Open Version Reference…', icon: 'history', command: 'promptforge.openReference' },
  { title: 'Search Versions…', icon: 'search', command: 'promptforge.searchVersions' },
  { title: 'Compare Two Versions…', icon: 'diff', command: 'promptforge.compareVersions' },
  { title: 'New Prompt…', icon: 'new-file', command: 'promptforge.newPrompt' },
  { title: 'Pull', icon: 'cloud-download', command: 'promptforge.pull' },
  { title: 'Sync', icon: 'sync', command: 'promptforge.sync' },
];

const OFFLINE = WORK.filter(({ command }) =>
  ['openVersion', 'searchVersions', 'compareVersions'].some(id => command === `promptforge.${id}`),
);

/**
 * @param registry is `embedded` or a URL
 * @param isOneOfSeveral whether the window has other projects
 */
export function menuFor(
  state: ConnectionState,
  registry: string | undefined,
  isOneOfSeveral = false,
): readonly MenuEntry[] {
  return [...(isOneOfSeveral ? [SWITCH] : []), ...entriesFor(state, registry)];
}

function entriesFor(state: ConnectionState, registry: string | undefined): readonly MenuEntry[] {
  const key = registry === EMBEDDED ? [] : [SET_KEY];
  switch (state.kind) {
    case 'no-folder':
    case 'not-connected':
      return [CONNECT, LOG];
    case 'untrusted':
      return [TRUST, LOG];
    case 'broken-project':
      return [FIX, CONNECT, LOG];
    case 'no-key':
      return [SET_KEY, CONNECT, LOG];
    case 'refused':
      return [...key, REFRESH, CONNECT, LOG];
    case 'offline':
      return [REFRESH, ...OFFLINE, CONNECT, LOG];
    case 'connecting':
    case 'connected':
      return [...WORK, REFRESH, ...key, CONNECT, LOG];
  }
}
