// Installs VS Code's own server (workbench, extension host, built-in extensions) from the npm registry into the
// user's cache. See docs/decisions/vscode-test-host.md for why it is not the desktop build.

import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cacheFolder.ts';
import { installOnce } from './installOnce.ts';
import { runCommand } from './runCommand.ts';
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
const LAYOUT = 1;
const NPM_FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];

/**
 * Installs the server unless the cache has it (about 600 MB and 20 s the first time).
 * @param say is told what is going on
 * @throws {Error} when npm cannot fetch it, or the platform has no Node package
 */
export async function installServer(
  version: HostVersion,
  say: (message: string) => void,
): Promise<InstalledServer> {
  const folder = join(cacheFolder(), 'hosts', `vscode-${version.vscode}-${LAYOUT}`);
  await installOnce(
    folder,
    async unfinished => {
      const started = Date.now();
      say(`Installing VS Code ${version.vscode}'s server into ${folder} (once, about 600 MB) …`);
      await writeFile(join(unfinished, 'package.json'), '{"private": true}\n');
      await runCommand(
        'npm',
        ['install', `code-server@${version.codeServer}`, `${nodePackage()}@${version.node}`, ...NPM_FLAGS],
        { cwd: unfinished },
      );
      const server = serverFolder(unfinished);
      await replaceGitDependency(server);
      await runCommand(
        'npm',
        ['install', '--omit=dev', ...NPM_FLAGS.filter(flag => flag !== '--no-package-lock')],
        {
          cwd: server,
        },
      );
      // Where VS Code looks for its built-in modules; relative, so that the folder can take its final name.
      await symlink('node_modules', join(server, 'node_modules.asar'), 'junction');
      say(
        `VS Code ${version.vscode}'s server is installed (${((Date.now() - started) / 1000).toFixed(0)} s).`,
      );
    },
    say,
  );
  return {
    version,
    node: join(
      folder,
      'node_modules',
      nodePackage(),
      'bin',
      process.platform === 'win32' ? 'node.exe' : 'node',
    ),
    main: join(serverFolder(folder), 'out', 'server-main.js'),
  };
}

function serverFolder(installFolder: string): string {
  return join(installFolder, 'node_modules', 'code-server', 'lib', 'vscode');
}

/** The npm package that holds nothing but the Node executable of this platform. */
function nodePackage(): string {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}

/** 1.105 names `@parcel/watcher` by a git address that a registry mirror does not serve; its releases are the same. */
async function replaceGitDependency(server: string): Promise<void> {
  const file = join(server, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Record<string, string> };
  const watcher = manifest.dependencies['@parcel/watcher'];
  if (watcher === undefined || /^[\^~]?\d/.test(watcher)) return;
  manifest.dependencies['@parcel/watcher'] = '^2.5.1';
  await writeFile(file, JSON.stringify(manifest, null, 2));
  await rm(join(server, 'npm-shrinkwrap.json'), { force: true }); // It holds the git address too.
}
