// Starts a script of this project from a fresh clone: installs the packages if they are not there (or not the
// ones package-lock.json names) and runs the script on the project's own Node. It is what `npm start`,
// `npm test`, `npm run bench` and `npm run build` go through, so it is plain JavaScript without dependencies
// that the Node found on the machine can run.
//
//   node scripts/bootstrap.mjs <script> [arguments…]

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const projectNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const [script, ...scriptArguments] = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  stop(
    `This project needs Node ${OLDEST_NODE} or newer to start itself (it then installs its own), and this is ` +
      `Node ${process.versions.node}. Install a newer one from nodejs.org and try again.`,
  );
}
if (script === undefined) stop('Usage: node scripts/bootstrap.mjs <script> [arguments…]');

if (!packagesAreCurrent()) {
  console.error('Installing the packages that package-lock.json names (npm ci) …');
  const started = Date.now();
  const npm = process.env.npm_execpath;
  const runsInNode = npm !== undefined && /\.c?js$/.test(npm);
  const installed = runsInNode
    ? await run(process.execPath, [npm, 'ci'], false)
    : await run('npm', ['ci'], process.platform === 'win32');
  if (installed !== 0) stop('npm ci failed; its own messages above say why.');
  console.error(`Packages installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
}
if (!existsSync(projectNode)) {
  stop(
    `The project's own Node is missing at ${projectNode}. The package "node" puts it there with its install ` +
      'script: if npm is configured with ignore-scripts, run "npm rebuild node --ignore-scripts=false".',
  );
}
process.exit(await run(projectNode, [join(root, script), ...scriptArguments], false));

/** Whether node_modules holds just what package-lock.json names. npm writes its own record last, so an install
 * that was interrupted does not count. */
function packagesAreCurrent() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(modules, '.package-lock.json'));
  if (wanted === undefined) stop('package-lock.json is missing or broken: restore it with git.');
  if (present === undefined) return false;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional || entry.link || present[path]?.version === entry.version,
  );
}

/** @param {string} file @returns {Record<string, {version?: string, optional?: boolean, link?: boolean}> | undefined} */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined; // Missing or cut short: both mean that an install has to be made.
  }
}

/**
 * Runs a command in the foreground with the project's tools first on the PATH and passes signals on to it.
 * @param {string} command @param {string[]} args @param {boolean} shell
 * @returns {Promise<number>} its exit code; 128 + the signal's number when a signal ended it
 */
function run(command, args, shell) {
  return new Promise(resolve => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      shell,
      env: { ...process.env, PATH: join(modules, '.bin') + delimiter + (process.env.PATH ?? '') },
    });
    const passOn = signal => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, passOn);
    // npm and its shell may be ended without passing it on: whoever started this is gone then, and it stops too.
    const parent = process.ppid;
    const watch = setInterval(() => process.ppid !== parent && passOn('SIGTERM'), 500);
    child.on('error', error => stop(`Cannot run ${command}: ${error.message}`));
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(each, passOn);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** @param {string} message @returns {never} */
function stop(message) {
  console.error(message);
  process.exit(1);
}
