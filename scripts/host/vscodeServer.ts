// Installs VS Code's own server (workbench, extension host, built-in extensions) from the npm registry into the
// user's cache. See docs/decisions/vscode-test-host.md for why it is not the desktop build.

import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cacheFolder.mjs';
import { installOnce } from './installOnce.ts';
import { nodeExecutable, nodePackage, npm, unpackPackage, watchGrowth } from './npm.mjs';
import { stopwatch } from './steps.mjs';
import type { HostVersion } from './vscodeVersions.ts';

/** An installed VS Code server. */
export type InstalledServer = {
  readonly version: HostVersion;
  /** The Node it runs on. */
  readonly node: string;
  /** Its `server-main.js`. */
  readonly main: string;
};

// Raised when the steps below change, so that an older install is not taken for the new one.
const LAYOUT = 2;

/** Packages of the server that are large and serve agents, chat and containers, all of which are off here. */
const NEEDLESS = [
  '@devcontainers/cli',
  '@github/copilot',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/copilot-api',
  '@vscode/sandbox-runtime',
  'ssh2',
];
/** Native packages for one system, which npm downloads on each. */
const FOR_WINDOWS = ['@vscode/windows-process-tree', '@vscode/windows-registry'];

/**
 * Installs the server unless the cache has it.
 * @param say is told what is going on
 * @throws {Error} when npm cannot fetch it, or the platform has no Node package
 */
export async function installServer(
  version: HostVersion,
  say: (message: string) => void,
  signal?: AbortSignal,
): Promise<InstalledServer> {
  const folder = join(cacheFolder(), 'hosts', `vscode-${version.vscode}-${LAYOUT}`);
  await installOnce(folder, unfinished => download(version, unfinished, say, signal), say, signal);
  return {
    version,
    node: runsOnOurNode(version) ? process.execPath : join(nodeFolder(folder), nodeExecutable()),
    main: join(serverFolder(folder), 'out', 'server-main.js'),
  };
}

async function download(
  version: HostVersion,
  folder: string,
  say: (message: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const elapsed = stopwatch();
  const what = `VS Code ${version.vscode}'s server`;
  const cache = join(folder, 'npm-cache');
  await watchGrowth(
    cache,
    megabytes =>
      // npm holds some files twice for a moment.
      say(`Downloading ${what}  ${Math.min(megabytes, version.megabytes)} of about ${version.megabytes} MB`),
    async () => {
      // Without code-server's own packages: only the server of VS Code in it is used.
      await unpackPackage(`code-server@${version.codeServer}`, join(folder, 'code-server'), {
        cache,
        only: 'lib/vscode',
        signal,
      });
      await leaveOutPackages(serverFolder(folder));
      const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', cache];
      await npm(['install', ...flags], { cwd: serverFolder(folder), signal });
      if (!runsOnOurNode(version)) {
        const node = `${nodePackage()}@${version.node}`;
        await unpackPackage(node, nodeFolder(folder), { cache, only: 'bin', signal });
      }
    },
  );
  // Where VS Code looks for its built-in modules; relative, so that the folder can take its final name.
  await symlink('node_modules', join(serverFolder(folder), 'node_modules.asar'), 'junction');
  await rm(cache, { recursive: true });
  say(`Installed ${what} (${elapsed()})`);
}

/** The native modules of a server load in every Node of one major version. */
function runsOnOurNode(version: HostVersion): boolean {
  return version.node.split('.')[0] === process.versions.node.split('.')[0];
}

function nodeFolder(installFolder: string): string {
  return join(installFolder, 'node');
}

function serverFolder(installFolder: string): string {
  return join(installFolder, 'code-server', 'lib', 'vscode');
}

/** Takes the packages that nothing here needs out of what npm is about to install. */
async function leaveOutPackages(server: string): Promise<void> {
  const file = join(server, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Record<string, string> };
  const needless = process.platform === 'win32' ? NEEDLESS : [...NEEDLESS, ...FOR_WINDOWS];
  for (const name of needless) delete manifest.dependencies[name];
  // 1.105 names `@parcel/watcher` by a git address that a registry mirror does not serve; its releases are the same.
  const watcher = manifest.dependencies['@parcel/watcher'];
  if (watcher !== undefined && !/^[\^~]?\d/.test(watcher)) {
    manifest.dependencies['@parcel/watcher'] = '^2.5.1';
    await rm(join(server, 'npm-shrinkwrap.json'), { force: true }); // It holds the git address too.
  }
  await writeFile(file, JSON.stringify(manifest, null, 2));
}
