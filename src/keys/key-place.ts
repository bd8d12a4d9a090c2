/** Names the place where keys are stored. A remote window involves two machines, so the text must say which one. */

/** The machines that the extension and its window run on. */
export interface Host {
  /** VS Code's name for it: `ssh-remote`, `wsl`, `dev-container`, …; undefined if everything runs on one machine. */
  readonly remoteName: string | undefined;
  /** True if the window is a page in a browser. */
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
/** The address of a VS Code server on this machine. */
const OWN_SERVER = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

/** The machine that the extension runs on, as in "the keychain of this machine". */
export function machineOf({ remoteName }: Host): string {
  if (remoteName === undefined || OWN_SERVER.test(remoteName)) return THIS_MACHINE;
  return REMOTES[remoteName] ?? 'the remote machine';
}

/** The name and location of VS Code's secret storage, which is on the machine of the window, not of the extension. */
export function secretStorageOf(host: Host): string {
  if (host.isWeb) return "VS Code's secret storage in your browser";
  const isRemote = machineOf(host) !== THIS_MACHINE;
  return `VS Code's secret storage${isRemote ? ' on your own computer' : ''}`;
}
