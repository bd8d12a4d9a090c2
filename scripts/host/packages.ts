// Installs the packages of package-lock.json like `npm ci`, but shows progress instead of npm's output, and runs only
// the install scripts that package.json allows. bootstrap.mjs runs this file first, so it must not import any package.

import { exec } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../projectRoot.ts';
import { cacheFolder } from './cacheFolder.mjs';
import { withFileLock } from './fileLock.ts';
import { nodeExecutable, npm } from './npm.mjs';
import { Steps, stopwatch } from './steps.mjs';

const MODULES = join(ROOT, 'node_modules');
/** The executable that the install script of the package "node" would create, and the command that npm links to it. */
const NODE_PLACES = [
  join(MODULES, 'node', nodeExecutable()),
  join(MODULES, '.bin', basename(nodeExecutable())),
];
const COUNT_MS = 1_000;

interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
  readonly link?: boolean;
}
type Lock = Readonly<Record<string, LockedPackage>>;

/**
 * Installs the packages of package-lock.json into node_modules, unless they are already installed.
 * @param say called with the progress
 * @throws {Error} with npm's message if it fails
 */
export async function installPackages(say: (message: string) => void, signal?: AbortSignal): Promise<void> {
  if ((await packagesAreCurrent()) && NODE_PLACES.every(existsSync)) return;
  await withFileLock(
    join(ROOT, 'out', 'packages.lock'),
    () => say('Another process is installing the packages; waiting for it …'),
    async () => {
      if (!(await packagesAreCurrent())) await install(say, signal);
      for (const place of NODE_PLACES) await provideNode(place);
    },
    signal,
  );
}

async function install(say: (message: string) => void, signal: AbortSignal | undefined): Promise<void> {
  const elapsed = stopwatch();
  const wanted = Object.entries(await wantedPackages())
    .filter(([path, { optional, link: isLink }]) => path !== '' && optional !== true && isLink !== true)
    .map(([path]) => path);
  const count = (): void => {
    const there = wanted.filter(path => existsSync(join(ROOT, path, 'package.json'))).length;
    say(`Installing packages (npm ci)  ${there} of ${wanted.length}`);
  };
  say('Installing packages (npm ci)');
  const timer = setInterval(count, COUNT_MS);
  try {
    await npm(['ci', '--ignore-scripts', '--prefer-offline'], { cwd: ROOT, signal });
  } finally {
    clearInterval(timer);
  }
  await runAllowedScripts();
  say(`Installed ${wanted.length} packages (${elapsed()})`);
}

/**
 * Returns whether node_modules contains the packages of package-lock.json. npm writes its own record last, so an
 * interrupted installation does not count.
 */
async function packagesAreCurrent(): Promise<boolean> {
  const wanted = await wantedPackages();
  const present = await readLock(join(MODULES, '.package-lock.json')).catch(() => undefined);
  if (present === undefined) return false; // Missing or incomplete.
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional || entry.link || present[path]?.version === entry.version,
  );
}

async function wantedPackages(): Promise<Lock> {
  return readLock(join(ROOT, 'package-lock.json')).catch(cause => {
    throw new Error('package-lock.json is missing or broken: restore it with git.', { cause });
  });
}

async function readLock(file: string): Promise<Lock> {
  return (JSON.parse(await readFile(file, 'utf8')) as { packages: Lock }).packages;
}

/** Runs the install scripts that package.json allows, except that of "node", which would download Node again. */
async function runAllowedScripts(): Promise<void> {
  const { allowScripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    allowScripts: Readonly<Record<string, boolean>>;
  };
  const PATH = [dirname(process.execPath), join(MODULES, '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const allowed = Object.keys(allowScripts).filter(name => allowScripts[name] && name !== 'node');
  await Promise.all(
    allowed.map(async name => {
      const folder = join(MODULES, name);
      if (!existsSync(folder)) return; // The package is for another platform.
      const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
        scripts?: Readonly<Record<string, string>>;
      };
      for (const step of ['preinstall', 'install', 'postinstall']) {
        const command = scripts?.[step];
        if (command !== undefined)
          await promisify(exec)(command, { cwd: folder, env: { ...process.env, PATH } });
      }
    }),
  );
}

/** Links or copies the running Node to `place`, unless a file exists there. */
async function provideNode(place: string): Promise<void> {
  if (existsSync(place)) return;
  await mkdir(dirname(place), { recursive: true });
  await rm(place, { force: true }); // Removes a broken link.
  const ours = process.execPath.startsWith(cacheFolder());
  // A hard link outlives the cache, but requires the same file system. A Node that was installed otherwise may need the
  // libraries next to it, so it gets no hard link. Windows may create symbolic links only for administrators.
  const ways = [...(ours ? [link] : []), symlink, copyFile];
  for (const [index, way] of ways.entries()) {
    try {
      return await way(process.execPath, place);
    } catch (error) {
      if (index === ways.length - 1) throw error;
    }
  }
}

if (import.meta.main) {
  try {
    await new Steps().during(say => installPackages(say));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
