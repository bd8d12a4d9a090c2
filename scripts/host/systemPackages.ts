// Finds programs that come from the operating system, such as a browser and a keyring. As root on Debian, as in CI,
// installs missing ones; elsewhere, throws an error that names the packages to install.

import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { runCommand } from './runCommand.ts';

type SystemNeed = {
  /** The name in messages. */
  readonly what: string;
  /** Names or absolute paths of the executable, in order of preference. */
  readonly executables: readonly string[];
  readonly debianPackages: readonly string[];
  /** The packages to install if apt does not have `debianPackages`. */
  readonly otherPackages?: readonly string[];
};

const BROWSER: SystemNeed = {
  what: 'Chromium',
  executables: [
    // Has no tabs, toolbars and menus, so that a window costs a tenth less, and is a smaller download.
    'chromium-headless-shell',
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  debianPackages: ['chromium-headless-shell'],
  otherPackages: ['chromium'],
};

const KEYRING: SystemNeed = {
  what: 'a keyring for the tests',
  executables: ['gnome-keyring-daemon'],
  debianPackages: ['gnome-keyring', 'libsecret-1-0'],
};

const SESSION_BUS: SystemNeed = {
  what: 'a D-Bus session for the keyring',
  executables: ['dbus-run-session'],
  debianPackages: ['dbus-x11', 'dbus-daemon'],
};

const NEOVIM: SystemNeed = { what: 'Neovim', executables: ['nvim'], debianPackages: ['neovim'] };

/** The programs of a cluster with failover, as in Debian 12 or newer. */
const CLUSTER: readonly SystemNeed[] = [
  { what: 'Patroni', executables: ['patroni'], debianPackages: ['patroni', 'python3-etcd'] },
  { what: 'etcd', executables: ['etcd'], debianPackages: ['etcd-server'] },
  { what: 'HAProxy', executables: ['haproxy', '/usr/sbin/haproxy'], debianPackages: ['haproxy'] },
  {
    what: 'PostgreSQL 15 or newer',
    executables: [18, 17, 16, 15].map(version => `/usr/lib/postgresql/${version}/bin/postgres`),
    debianPackages: ['postgresql'],
  },
  { what: 'ip', executables: ['ip'], debianPackages: ['iproute2'] },
  { what: 'runuser', executables: ['runuser'], debianPackages: ['util-linux'] },
];

/** True if this machine's keychain is the Secret Service over D-Bus (macOS and Windows have their own). */
export const HAS_SECRET_SERVICE = process.platform === 'linux';

/**
 * Makes sure that Chromium is installed.
 * @returns its executable
 * @throws {Error} that names the packages to install, if it is missing and cannot be installed automatically
 */
export async function provideBrowser(say: (message: string) => void): Promise<string> {
  const found = await findExecutable(BROWSER.executables);
  if (found !== undefined) return found;
  await installMissing([BROWSER], say);
  const installed = await findExecutable(BROWSER.executables);
  if (installed === undefined)
    throw new Error('Chromium was installed and still cannot be found on the PATH.');
  return installed;
}

/**
 * Makes sure that Neovim is installed.
 * @returns its executable
 * @throws {Error} that names the packages to install, if it is missing and cannot be installed automatically
 */
export async function provideNeovim(say: (message: string) => void): Promise<string> {
  const found = await findExecutable(NEOVIM.executables);
  if (found !== undefined) return found;
  await installMissing([NEOVIM], say);
  const installed = await findExecutable(NEOVIM.executables);
  if (installed === undefined) throw new Error('Neovim was installed and still cannot be found on the PATH.');
  return installed;
}

/**
 * Makes sure that `gnome-keyring-daemon` and `dbus-run-session` are installed.
 * @throws {Error} that names the packages to install, if they are missing and cannot be installed automatically
 */
export async function provideKeyring(say: (message: string) => void): Promise<void> {
  if (!HAS_SECRET_SERVICE) return;
  const missing: SystemNeed[] = [];
  for (const need of [KEYRING, SESSION_BUS]) {
    if ((await findExecutable(need.executables)) === undefined) missing.push(need);
  }
  if (missing.length > 0) await installMissing(missing, say);
}

/**
 * Makes sure that Patroni, etcd, HAProxy and PostgreSQL are installed.
 * @returns the folder of PostgreSQL's programs
 * @throws {Error} that names the packages to install, if any are missing and cannot be installed automatically
 */
export async function provideCluster(say: (message: string) => void): Promise<string> {
  const missing: SystemNeed[] = [];
  for (const need of CLUSTER) if ((await findExecutable(need.executables)) === undefined) missing.push(need);
  if (missing.length > 0) await installMissing(missing, say);
  const postgres = CLUSTER.flatMap(need => need.executables).filter(each => each.endsWith('/postgres'));
  const found = await findExecutable(postgres);
  if (found === undefined) throw new Error('PostgreSQL was installed and still cannot be found.');
  return dirname(found);
}

/** The absolute path of the first of these executables that exists. */
export async function findExecutable(names: readonly string[]): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '');
  const candidates = names.flatMap(name =>
    isAbsolute(name) ? [name] : folders.map(folder => join(folder, name)),
  );
  for (const candidate of candidates) {
    const runnable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runnable) return candidate;
  }
  return undefined;
}

async function installMissing(needs: readonly SystemNeed[], say: (message: string) => void): Promise<void> {
  const what = needs.map(need => need.what).join(' and ');
  const apt = await findExecutable(['apt-get']);
  if (apt === undefined || process.getuid?.() !== 0) {
    const packages = await Array.fromAsync(needs, packagesFor);
    const how =
      apt === undefined
        ? `Install ${needs.map(need => need.executables[0]).join(' and ')} with your system's package manager`
        : `Run: sudo apt-get update && sudo apt-get install ${packages.flat().join(' ')}`;
    throw new Error(`This needs ${what}, which is missing on this machine. ${how}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Waits for another running apt-get, without a time limit (-1).
  const wait = ['-o', 'DPkg::Lock::Timeout=-1'];
  say(`Installing ${what} (apt-get) …`);
  await runCommand(apt, [...wait, 'update'], { env });
  const packages = (await Array.fromAsync(needs, packagesFor)).flat();
  say(`Installing ${packages.join(', ')} (apt-get) …`);
  await runCommand(apt, [...wait, 'install', '--yes', '--no-install-recommends', ...packages], { env });
}

/** The packages to install: `otherPackages` if apt does not have `debianPackages`. */
async function packagesFor(need: SystemNeed): Promise<readonly string[]> {
  if (need.otherPackages === undefined) return need.debianPackages;
  const areKnown = await runCommand('apt-cache', ['show', '--no-all-versions', ...need.debianPackages]).then(
    () => true,
    () => false,
  );
  return areKnown ? need.debianPackages : need.otherPackages;
}
