// `npm start`: builds the product, creates a copy of the demo to edit and an embedded registry with the demo's history,
// and opens them in VS Code: on the desktop if `code` is on the PATH, otherwise in the browser with VS Code's server.
//
// startOptions.ts defines the options. The extension in demoGuide/ opens the first screen: the PromptForge view, the
// tour, and a prompt with its preview.
//
// This script runs before the packages are installed, so that VS Code's server is downloaded at the same time. It
// imports files that need packages only after the installation.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildIfChanged } from './currentBuild.ts';
import { DEMO_GUIDE, type DemoKind, demoPlaces, prepareDemo } from './demoWorkspace.ts';
import { cacheFolder } from './host/cacheFolder.mjs';
import { type Claim, claimDemo, type Holder } from './host/demoClaim.ts';
import { installFromFolders } from './host/installedExtension.ts';
import { keptPort } from './host/keptPort.ts';
import { installPackages } from './host/packages.ts';
import { endGroup, spawnGroup } from './host/processGroup.ts';
import { type RunningServer, startServer } from './host/runningServer.ts';
import { Steps, stopwatch } from './host/steps.mjs';
import { findExecutable } from './host/systemPackages.ts';
import { installServer } from './host/vscodeServer.ts';
import { NEWEST } from './host/vscodeVersions.ts';
import { writeSettings } from './host/writeSettings.ts';
import { ROOT } from './projectRoot.ts';
import { startOptions } from './startOptions.ts';

const options = startOptions(process.argv.slice(2));
const KIND: DemoKind = options.governed ? 'team' : 'alone';
const HOME = join(cacheFolder(), options.governed ? 'demo-governed' : 'demo');
const DEMO = demoPlaces(HOME, KIND);
const WHAT = `the ${options.governed ? 'governed ' : ''}demo (${DEMO.workspace}; its registry is ${DEMO.dataFolder})`;
/** Settings that keep a new profile of the desktop VS Code from opening a welcome page and the secondary side bar. */
const ROOM_FOR_THE_DEMO = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};
// Progress goes to standard error, so that standard output has only the line that says what was opened.
const steps = new Steps(process.stderr);

// A signal may arrive twice: from the terminal, and forwarded by npm. The second one has no effect.
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());

const claim = await claimDemo(`${HOME}.running.json`);
if ('pid' in claim) process.exit(await sayWhoHasIt(claim));
try {
  await start(claim, interruption.signal);
} catch (error) {
  if (interruption.signal.aborted) process.exitCode = 130;
  else {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
} finally {
  await claim.release();
}
process.exit();

async function start(claim: Claim, signal: AbortSignal): Promise<void> {
  if (options.fresh) await rm(HOME, { recursive: true, force: true });
  const desktop = options.browser || options.noOpen ? undefined : await findExecutable(['code']);
  if (desktop !== undefined) {
    await prepare(signal);
    if (!signal.aborted) await runDesktop(desktop, signal);
    return;
  }
  // If the server or the preparation fails, stops the other.
  const failure = new AbortController();
  const ended = AbortSignal.any([signal, failure.signal]);
  const starting = startVSCode(ended);
  try {
    const [server] = await Promise.all([starting, prepare(ended)]);
    if (signal.aborted) return;
    const address = server.workbench(DEMO.workspace);
    await claim.publish(address);
    const opened = options.noOpen ? false : await openBrowser(address);
    console.log(
      `${opened ? 'Opened' : 'Open this address to see'} ${WHAT} in VS Code ${NEWEST.vscode}: ${address} (Ctrl-C stops it)`,
    );
    await whenAborted(signal);
  } finally {
    failure.abort();
    await (await starting.catch(() => undefined))?.stop();
  }
}

/** Installs the packages, builds the product, and creates the demo. */
async function prepare(signal: AbortSignal): Promise<void> {
  await steps.during(say => installPackages(say, signal));
  signal.throwIfAborted();
  await Promise.all([steps.during(buildIfChanged), steps.during(say => prepareDemo(HOME, say, KIND))]);
}

/** Starts VS Code's server. The extension must be built only before a browser opens the address. */
async function startVSCode(signal: AbortSignal): Promise<RunningServer> {
  const installed = await steps.during(say => installServer(NEWEST, say, signal));
  signal.throwIfAborted();
  const folder = join(HOME, 'vscode');
  await installFromFolders(join(folder, 'extensions'), [ROOT, DEMO_GUIDE]);
  const port = await keptPort(join(folder, 'port'));
  return await steps.during(async say => {
    const elapsed = stopwatch();
    say(`Starting VS Code ${NEWEST.vscode} …`);
    const server = await startServer(installed, {
      folder,
      port,
      keychain: 'inherited',
      workspaceTrust: false,
      // The address lets anyone run commands as this user, so other users and web pages must not be able to guess it.
      connectionToken: randomBytes(16).toString('hex'),
      acceptPayload: false,
      settings: DEMO.settings,
      keepSettings: true,
    });
    say(`Started VS Code ${NEWEST.vscode} (${elapsed()})`);
    return server;
  });
}

/** Opens VS Code on the desktop with a separate profile, and waits until it is closed. Ends it if `signal` aborts. */
async function runDesktop(code: string, signal: AbortSignal): Promise<void> {
  const userData = join(HOME, 'desktop');
  await writeSettings(join(userData, 'User'), { ...DEMO.settings, ...ROOM_FOR_THE_DEMO }, true);
  const child = spawnGroup(
    code,
    [
      '--wait',
      '--new-window',
      `--extensionDevelopmentPath=${ROOT}`,
      `--extensionDevelopmentPath=${DEMO_GUIDE}`,
      `--user-data-dir=${userData}`,
      '--disable-workspace-trust',
      DEMO.workspace,
    ],
    { stdio: 'ignore' },
  );
  const closed = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => resolve());
  });
  console.log(`Opened ${WHAT} in ${code} (Ctrl-C stops it)`);
  await Promise.race([closed, whenAborted(signal)]);
  await endGroup(child);
}

/**
 * Explains that the demo is already open, and opens its address.
 * @returns the exit code
 */
async function sayWhoHasIt({ pid, address }: Holder): Promise<number> {
  if (options.fresh) {
    console.error(`The demo is open (process ${pid}): stop that with Ctrl-C, then start over with --fresh.`);
    return 1;
  }
  if (address === undefined) {
    console.error(
      `Another npm start has the demo (process ${pid}): see there, or stop it with Ctrl-C first.`,
    );
    return 1;
  }
  const opened = options.noOpen ? false : await openBrowser(address);
  console.log(
    `${opened ? 'Opened' : 'Open this address to see'} ${WHAT}, which process ${pid} has open already: ${address}`,
  );
  return 0;
}

/** @returns false if no program to open it was found */
async function openBrowser(address: string): Promise<boolean> {
  const command = await browserCommand();
  if (command === undefined) return false;
  const [program, ...args] = command;
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
  return await new Promise<boolean>(resolve => {
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

async function browserCommand(): Promise<readonly [string, ...string[]] | undefined> {
  if (process.platform === 'darwin') return ['open'];
  // The empty title is needed, because `start` takes the first quoted argument as one.
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  if (process.env['DISPLAY'] === undefined && process.env['WAYLAND_DISPLAY'] === undefined) return undefined;
  const found = await findExecutable(['xdg-open', 'chromium', 'chromium-browser', 'google-chrome']);
  return found === undefined ? undefined : [found];
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
}
