// Installs VS Code's own server (workbench, extension host, built-in extensions) from the npm registry into the
// user's cache. docs/decisions/vscode-test-host.md explains why it is not the desktop build.

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
  /** The path of the Node that it runs on. */
  readonly node: string;
  /** The path of its `server-main.js`. */
  readonly main: string;
};

// Increase this if the steps below change, so that older installations are not used.
const LAYOUT = 2;

/** Large packages for agents, chat and containers, which the tests turn off. */
const NEEDLESS = [
  '@devcontainers/cli',
  '@github/copilot',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/copilot-api',
  '@vscode/sandbox-runtime',
  'ssh2',
];
/** Native packages for Windows, which npm would download on every system. */
const FOR_WINDOWS = ['@vscode/windows-process-tree', '@vscode/windows-registry'];

/**
 * Installs the server, unless it is in the cache.
 * @param say called with the progress
 * @throws {Error} if npm cannot download it, or there is no Node package for the platform
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
      // At most the total, because npm stores some files twice for a moment.
      say(`Downloading ${what}  ${Math.min(megabytes, version.megabytes)} of about ${version.megabytes} MB`),
    async () => {
      // Without code-server's own packages, because only its VS Code server is used.
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
  // VS Code looks for its built-in modules here. The link is relative, because the folder is renamed later.
  await symlink('node_modules', join(serverFolder(folder), 'node_modules.asar'), 'junction');
  await rm(cache, { recursive: true });
  say(`Installed ${what} (${elapsed()})`);
}

/** Returns true if the server's native modules load in the running Node: it has the same major version. */
function runsOnOurNode(version: HostVersion): boolean {
  return version.node.split('.')[0] === process.versions.node.split('.')[0];
}

function nodeFolder(installFolder: string): string {
  return join(installFolder, 'node');
}

function serverFolder(installFolder: string): string {
  return join(installFolder, 'code-server', 'lib', 'vscode');
}

/** Removes packages that the tests do not need from the server's dependencies, before npm installs them. */
async function leaveOutPackages(server: string): Promise<void> {
  const file = join(server, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Record<string, string> };
  const needless = process.platform === 'win32' ? NEEDLESS : [...NEEDLESS, ...FOR_WINDOWS];
  for (const name of needless) delete manifest.dependencies[name];
  // 1.105 refers to `@parcel/watcher` by a git address, which registry mirrors do not serve. A release works as well.
  const watcher = manifest.dependencies['@parcel/watcher'];
  if (watcher !== undefined && !/^[\^~]?\d/.test(watcher)) {
    manifest.dependencies['@parcel/watcher'] = '^2.5.1';
    await rm(join(server, 'npm-shrinkwrap.json'), { force: true }); // It contains the git address too.
  }
  await writeFile(file, JSON.stringify(manifest, null, 2));
}
