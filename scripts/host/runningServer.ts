// Starts and stops a VS Code server with its own data, extensions and keychain.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './freePort.ts';
import { type CommandLine, withKeyring, withoutKeychain } from './keyring.ts';
import { patience } from './patience.ts';
import { endGroup, spawnGroup } from './processGroup.ts';
import { runCommand } from './runCommand.ts';
import type { InstalledServer } from './vscodeServer.ts';
import { writeSettings } from './writeSettings.ts';

export type Keychain =
  /** A separate, unlocked keyring. */
  | 'own'
  /** No keychain, as on a bare server. */
  | 'none'
  /** The keychain of the user's session. */
  | 'inherited';

export type ServerOptions = {
  /** The folder for the server's data, extensions and keyring: an absolute path. */
  readonly folder: string;
  readonly keychain: Keychain;
  /** True if the workbench asks before it trusts a folder; otherwise it trusts every folder. */
  readonly workspaceTrust: boolean;
  /** True if the workbench accepts a `payload` in its address, such as an extension under development. */
  readonly acceptPayload: boolean;
  /** The initial user settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** True to keep existing user settings; otherwise they are replaced. */
  readonly keepSettings?: boolean;
  /** Added to the environment of the server and of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** The token that a browser must present. Without it, the port is open to everyone, which only tests may allow. */
  readonly connectionToken?: string;
  /** The port to listen on; default: any free port. */
  readonly port?: number;
  /** A VSIX to install before the start: an absolute path. */
  readonly vsix?: string;
};

export type RunningServer = {
  readonly port: number;
  /** `127.0.0.1:port`, the authority of its `vscode-remote` addresses. */
  readonly authority: string;
  /** The output so far. */
  log(): string;
  /** The workbench's address for a folder or a `.code-workspace` file; `payload` requires `acceptPayload`. */
  workbench(folder: string, payload?: ReadonlyArray<readonly [string, string]>): string;
  /** Ends the server and all processes that it started. May be called twice. */
  stop(): Promise<void>;
};

const READY = 'Extension host agent listening';
const START_TIMEOUT_MS = patience(180_000);

/** Settings that turn off welcome pages, questions and updates. */
const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'telemetry.telemetryLevel': 'off',
  'git.openRepositoryInParentFolders': 'never',
  'chat.disableAIFeatures': true,
  'window.confirmBeforeClose': 'never',
} as const;

/** Settings that turn off VS Code's Git, which starts a process for each folder and file that a test opens. */
export const WITHOUT_GIT = { 'git.enabled': false } as const;

/**
 * Starts a server and waits until it listens.
 * @throws {Error} with its last output if it ends, or does not listen within minutes
 */
export async function startServer(
  installed: InstalledServer,
  options: ServerOptions,
): Promise<RunningServer> {
  const data = join(options.folder, 'data');
  const extensions = join(options.folder, 'extensions');
  await mkdir(extensions, { recursive: true });
  const settings = { ...QUIET_SETTINGS, ...options.settings };
  await writeSettings(join(data, 'data', 'User'), settings, options.keepSettings ?? false);
  // For a workbench, the server is a remote machine: it reads settings of scope "machine" only from this file.
  await writeSettings(join(data, 'data', 'Machine'), settings, false);
  const env = serverEnvironment(options);
  const folders = [
    '--server-data-dir',
    data,
    '--extensions-dir',
    extensions,
    '--accept-server-license-terms',
  ];
  if (options.vsix !== undefined) {
    await runCommand(
      installed.node,
      [installed.main, ...folders, '--install-extension', options.vsix, '--force'],
      {
        env,
      },
    );
  }

  const port = options.port ?? (await freePort());
  const serve: CommandLine = [
    installed.node,
    installed.main,
    ...folders,
    ...[
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      ...(options.connectionToken === undefined
        ? ['--without-connection-token']
        : ['--connection-token', options.connectionToken]),
      '--telemetry-level',
      'off',
      // On one machine, compressing a message costs more than sending it.
      '--disable-websocket-compression',
    ],
    ...(options.acceptPayload ? ['--enable-smoke-test-driver'] : []),
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
  ];
  const [program, ...args] =
    options.keychain === 'own' ? withKeyring(serve, join(options.folder, 'keyring')) : serve;
  const child = spawnGroup(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });

  let log = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => fail(`did not start within ${START_TIMEOUT_MS / 1000} s`),
      START_TIMEOUT_MS,
    );
    const fail = (how: string): void => {
      clearTimeout(timer);
      void endGroup(child);
      reject(new Error(`VS Code ${installed.version.vscode}'s server ${how}:\n${log.slice(-4_000)}`));
    };
    const read = (chunk: Buffer): void => {
      log += chunk.toString('utf8');
      if (!log.includes(READY)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', error => fail(`cannot be started (${error.message})`));
    child.on('exit', code => fail(`ended with code ${code}`));
  });

  const authority = `127.0.0.1:${port}`;
  let stopped: Promise<void> | undefined;
  return {
    port,
    authority,
    log: () => log,
    workbench(folder, payload = []) {
      const query = new URLSearchParams({
        [folder.endsWith('.code-workspace') ? 'workspace' : 'folder']: folder,
      });
      if (options.connectionToken !== undefined) query.set('tkn', options.connectionToken);
      if (payload.length > 0) query.set('payload', JSON.stringify(payload));
      return `http://${authority}/?${query}`;
    },
    stop() {
      stopped ??= endGroup(child);
      return stopped;
    },
  };
}

function serverEnvironment(options: ServerOptions): NodeJS.ProcessEnv {
  const base = options.keychain === 'none' ? withoutKeychain(process.env) : process.env;
  // An empty gallery keeps VS Code from querying a marketplace. VSCODE_CLI tells it that it was started from a shell:
  // otherwise it would start a login shell to get its environment, and wait for it.
  return { ...base, EXTENSIONS_GALLERY: '{}', VSCODE_CLI: '1', ...options.env };
}
