// Runs a script of this project from a fresh clone: downloads the Node that package.json names, installs the packages
// with it, and runs the script on it. `npm start`, `npm test`, `npm run bench` and `npm run build` use it, so it is
// plain JavaScript without dependencies, which the Node on the machine can run.
//
//   node scripts/bootstrap.mjs [--without-packages] <script> [arguments…]
//
// --without-packages: the script installs the packages itself, in parallel with other slow work.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './host/cacheFolder.mjs';
import { nodeExecutable, nodePackage, unpackPackage, watchGrowth } from './host/npm.mjs';
import { Steps, stopwatch } from './host/steps.mjs';

/** The oldest Node that this file runs on. */
const OLDEST_NODE = 20;
/** The size of the download on Linux; other platforms differ slightly. */
const NODE_MEGABYTES = 52;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const commandLine = process.argv.slice(2);
const withoutPackages = commandLine[0] === '--without-packages';
const [script, ...scriptArguments] = withoutPackages ? commandLine.slice(1) : commandLine;

if (majorOf(process.versions.node) < OLDEST_NODE) {
  const { engines } = readJson(join(root, 'package.json'));
  stop(
    `PromptForge needs Node ${engines.node.replace(/^>=/, '')} or newer, and this is Node ${process.versions.node}: ` +
      'install a newer one from nodejs.org and try again.',
  );
}
if (script === undefined)
  stop('Usage: node scripts/bootstrap.mjs [--without-packages] <script> [arguments…]');

const node = await projectNode();
if (!withoutPackages) {
  const failed = await run(node, [join(root, 'scripts', 'host', 'packages.ts')]);
  if (failed !== 0) process.exit(failed);
}
process.exit(await run(node, [join(root, script), ...scriptArguments]));

/**
 * Returns the Node that package.json names, from the user's cache: installing packages replaces the one in
 * node_modules, so the installation cannot run on that. If it cannot be downloaded, a Node of the same major version
 * that runs this script is used instead.
 * @returns {Promise<string>} an absolute path
 */
async function projectNode() {
  const version = readJson(join(root, 'package.json')).devDependencies.node;
  const folder = join(cacheFolder(), 'node', version);
  const node = join(folder, nodeExecutable());
  if (existsSync(node)) return node;
  const installed = join(modules, 'node', nodeExecutable());
  try {
    if (existsSync(installed) && readJson(join(modules, 'node', 'package.json')).version === version) {
      await adoptNode(installed, node);
    } else await fetchNode(version, folder);
    return node;
  } catch (error) {
    if (majorOf(process.versions.node) === majorOf(version)) return process.execPath;
    return stop(
      `Node ${version}, which this project runs on, cannot be fetched. Once npm can reach its registry, try again; ` +
        `or install Node ${majorOf(version)} from nodejs.org. ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** @param {string} from @param {string} to */
async function adoptNode(from, to) {
  const unfinished = `${to}.unfinished-${process.pid}`;
  await mkdir(dirname(to), { recursive: true });
  // A hard link requires the same file system.
  await link(from, unfinished).catch(() => copyFile(from, unfinished));
  await rename(unfinished, to);
}

/** @param {string} version @param {string} folder created only once it is complete */
async function fetchNode(version, folder) {
  const unfinished = `${folder}.unfinished-${process.pid}`;
  const cache = join(unfinished, 'npm-cache');
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const each of signals) process.on(each, interrupt);
  try {
    await mkdir(unfinished, { recursive: true });
    await new Steps().during(async say => {
      const elapsed = stopwatch();
      const what = `Node ${version}, on which this project runs`;
      await watchGrowth(
        cache,
        megabytes =>
          say(`Downloading ${what}  ${Math.min(megabytes, NODE_MEGABYTES)} of about ${NODE_MEGABYTES} MB`),
        () =>
          unpackPackage(`${nodePackage()}@${version}`, unfinished, {
            cache,
            only: 'bin',
            signal: interruption.signal,
          }),
      );
      say(`Downloaded ${what} (${elapsed()})`);
    });
    await rm(cache, { recursive: true });
    // Another process may have created the same folder first.
    await rename(unfinished, folder).catch(error => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    for (const each of signals) process.off(each, interrupt);
    if (interruption.signal.aborted) process.exit(130);
  }
}

/**
 * Runs a command in the foreground, with the project's tools first on the PATH, and forwards signals to it.
 * @param {string} command @param {string[]} args
 * @returns {Promise<number>} its exit code; 128 + the signal's number if a signal ended it
 */
function run(command, args) {
  return new Promise(resolve => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      env: { ...process.env, PATH: join(modules, '.bin') + delimiter + (process.env['PATH'] ?? '') },
    });
    /** @param {NodeJS.Signals} signal */
    const passOn = signal => void child.kill(signal);
    for (const signal of signals) process.on(signal, passOn);
    // npm and its shell may end without forwarding a signal. Then the parent process changes, and the command must
    // stop.
    const parent = process.ppid;
    const watch = setInterval(() => process.ppid !== parent && passOn('SIGTERM'), 500);
    child.on('error', error => stop(`Cannot run ${command}: ${error.message}`));
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const each of signals) process.off(each, passOn);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** @param {string} file a package.json file @returns {any} */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {string} version */
function majorOf(version) {
  return Number(version.split('.')[0]);
}

/** @param {string} message @returns {never} */
function stop(message) {
  console.error(message);
  process.exit(1);
}
