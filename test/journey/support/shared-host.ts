/**
 * The processes that all journeys share, because starting them takes longer than most journeys: one VS Code server per
 * version, with the extension installed, and one Chromium. They start when first needed and end with the test run.
 */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../../../scripts/host/browser.ts';
import { type RunningServer, startServer, WITHOUT_GIT } from '../../../scripts/host/runningServer.ts';
import { provideBrowser, provideKeyring } from '../../../scripts/host/systemPackages.ts';
import { installServer } from '../../../scripts/host/vscodeServer.ts';
import { type HostVersion, NEWEST } from '../../../scripts/host/vscodeVersions.ts';
import { step } from '../../../scripts/testing/heartbeat.ts';
import { packedExtension } from './packed.ts';

export interface SharedServer extends Pick<RunningServer, 'log' | 'workbench' | 'stop'> {
  /** The folder for everything that the server writes, including its logs and keyring: an absolute path. */
  readonly folder: string;
  /** The file with the machine settings: an absolute path. */
  readonly machineSettings: string;
  /** The folder with the logs of the server and of its windows: an absolute path. */
  readonly logs: string;
}

const servers = new Map<string, Promise<SharedServer>>();
let browser: Promise<Browser> | undefined;

const quiet = (): void => undefined;

export function sharedServer(version: HostVersion): Promise<SharedServer> {
  const server = servers.get(version.vscode) ?? start(version);
  servers.set(version.vscode, server);
  return server;
}

/** A server that is not shared, with its own keychain and settings, like a second machine. Disposing it ends it. */
export async function ownServer(): Promise<Pick<SharedServer, 'workbench' | 'logs'> & AsyncDisposable> {
  const { folder } = await sharedServer(NEWEST);
  const { stop, ...server } = await start(NEWEST, join(folder, 'extensions'));
  return { ...server, [Symbol.asyncDispose]: stop };
}

export function sharedBrowser(): Promise<Browser> {
  browser ??= provideBrowser(quiet).then(startBrowser);
  return browser;
}

/** Ends all servers and the browser; later journeys start them again. */
export async function stopSharedHost(): Promise<void> {
  const stopping = [
    ...[...servers.values()].map(async server => (await server).stop()),
    browser?.then(running => running.close()),
  ];
  servers.clear();
  browser = undefined;
  // A failed start was already reported by the journey that requested it.
  await Promise.allSettled(stopping);
}

/** The color theme that PROMPTFORGE_THEME names, for pictures. */
function theme(): Readonly<Record<string, unknown>> {
  const name = process.env['PROMPTFORGE_THEME'];
  return name === undefined ? {} : { 'workbench.colorTheme': name };
}

/** @param extensions a folder where the extension is already installed, because installing it takes seconds */
async function start(version: HostVersion, extensions?: string): Promise<SharedServer> {
  step(`starting VS Code ${version.vscode}`);
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-host-'));
  starting.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  if (extensions !== undefined) await symlink(extensions, join(folder, 'extensions'), 'junction');
  const [installed, vsix] = await Promise.all([
    installServer(version, quiet),
    packedExtension(),
    provideKeyring(quiet),
  ]);
  const server = await startServer(installed, {
    folder,
    keychain: 'own',
    workspaceTrust: false,
    // The extension gets no test payload, and runs as it does for users.
    acceptPayload: false,
    ...(extensions === undefined && { vsix }),
    // As on the desktop. In a browser, VS Code saves automatically after a second.
    settings: { 'files.autoSave': 'off', ...WITHOUT_GIT, ...theme() },
  });
  starting.defer(() => server.stop());
  const cleanUps = starting.move();
  return {
    folder,
    machineSettings: join(folder, 'data', 'data', 'Machine', 'settings.json'),
    logs: join(folder, 'data', 'data', 'logs'),
    log: server.log,
    workbench: server.workbench,
    stop: () => cleanUps.disposeAsync(),
  };
}
