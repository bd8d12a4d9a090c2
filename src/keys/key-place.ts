/** In words, where keys are kept: with a remote window there are two machines, and which of them it is matters. */

/** The machine that the extension runs on, and that of its window. */
export interface Host {
  /** As VS Code names it: `ssh-remote`, `wsl`, `dev-container`, …; undefined if all is on one machine. */
  readonly remoteName: string | undefined;
  /** True if the window is a page of a browser. */
  readonly isWeb: boolean;
}

export const LOCAL: Host = { remoteName: undefined, isWeb: false };

const REMOTES: Readonly<Record<string, string>> = {
  'ssh-remote': 'the remote machine (SSH)',
  wsl: 'WSL',
  'dev-container': 'the container',
  'attached-container': 'the container',
  'k8s-container': 'the container',
  codespaces: 'the codespace',
  tunnel: 'the remote machine (tunnel)',
};
const THIS_MACHINE = 'this machine';
/** A server of VS Code on this very machine, by its address. */
const OWN_SERVER = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

/** The machine that the extension runs on, as in "the keychain of this machine". */
export function machineOf({ remoteName }: Host): string {
  if (remoteName === undefined || OWN_SERVER.test(remoteName)) return THIS_MACHINE;
  return REMOTES[remoteName] ?? 'the remote machine';
}

/** VS Code's secret storage and its place: with the window, not with the extension. */
export function secretStorageOf(host: Host): string {
  if (host.isWeb) return "VS Code's secret storage in your browser";
  const isRemote = machineOf(host) !== THIS_MACHINE;
  return `VS Code's secret storage${isRemote ? ' on your own computer' : ''}`;
}
