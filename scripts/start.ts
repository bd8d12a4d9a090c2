// `npm start`: the product as a user has it, on the demo: builds it, makes a copy of the demo to edit in and an
// embedded registry with the demo's history, and opens VS Code on them: the desktop one where `code` is on the PATH,
// else VS Code's server in the browser.
//
//   npm start                 where one left off
//   npm start -- --fresh      the demo as it was in the beginning
//   npm start -- --no-open    open nothing: VS Code's server, and its address
//   npm start -- --browser    VS Code in the browser, though there is a desktop one

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildProduct } from './build.ts';
import { type DemoWorkspace, prepareDemo } from './demoWorkspace.ts';
import { cacheFolder } from './host/cacheFolder.mjs';
import { endGroup, spawnGroup } from './host/processGroup.ts';
import { startServer } from './host/runningServer.ts';
import { findExecutable } from './host/systemPackages.ts';
import { installServer } from './host/vscodeServer.ts';
import { NEWEST } from './host/vscodeVersions.ts';
import { writeSettings } from './host/writeSettings.ts';
import { ROOT } from './projectRoot.ts';

const { values: options } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
  },
});

// npm passes a signal on that the terminal has sent to everybody already: however often it comes, it means once.
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());

await start(interruption.signal);
process.exit(0);

async function start(signal: AbortSignal): Promise<void> {
  const home = join(cacheFolder(), 'demo');
  const desktop = options.browser || options['no-open'] ? undefined : await findExecutable(['code']);
  say('Building, and filling the demo registry …');
  const [demo, installed] = await Promise.all([
    prepareDemo(home, options.fresh),
    desktop === undefined ? installServer(NEWEST, say) : undefined,
    buildProduct(),
  ]);
  if (signal.aborted) return;
  const what = `the demo (${demo.workspace}; ${demo.promptCount} prompts, ${demo.versionCount} versions in ${demo.dataFolder})`;
  if (installed === undefined) {
    await runDesktop(desktop ?? 'code', demo, home, what, signal);
    return;
  }

  const server = await startServer(installed, {
    folder: join(home, 'vscode'),
    keychain: 'inherited',
    workspaceTrust: false,
    // Whoever reaches the address runs commands as this user: other users and web pages must not guess it.
    connectionToken: randomBytes(16).toString('hex'),
    acceptPayload: true,
    settings: demo.settings,
    keepSettings: true,
  });
  try {
    const address = server.workbench(demo.workspace, [
      ['extensionDevelopmentPath', `vscode-remote://${server.authority}${ROOT}`],
    ]);
    const opened = options['no-open'] ? false : await openBrowser(address);
    console.log(
      `${opened ? 'Opened' : 'Open this address to see'} ${what} in VS Code ${NEWEST.vscode}: ${address} (Ctrl-C stops it)`,
    );
    await whenAborted(signal);
  } finally {
    await server.stop();
  }
}

/** Opens the desktop's VS Code in a profile of its own and waits until it is closed, or ends it. */
async function runDesktop(
  code: string,
  demo: DemoWorkspace,
  home: string,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const userData = join(home, 'desktop');
  await writeSettings(join(userData, 'User'), demo.settings, true);
  const child = spawnGroup(
    code,
    [
      '--wait',
      '--new-window',
      `--extensionDevelopmentPath=${ROOT}`,
      `--user-data-dir=${userData}`,
      '--disable-workspace-trust',
      demo.workspace,
    ],
    { stdio: 'ignore' },
  );
  const closed = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => resolve());
  });
  console.log(`Opened ${what} in ${code} (Ctrl-C stops it)`);
  await Promise.race([closed, whenAborted(signal)]);
  await endGroup(child);
}

/** @returns whether something was there to open it with */
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
  // An empty title, because `start` takes the first quoted argument for one.
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  if (process.env['DISPLAY'] === undefined && process.env['WAYLAND_DISPLAY'] === undefined) return undefined;
  const found = await findExecutable(['xdg-open', 'chromium', 'chromium-browser', 'google-chrome']);
  return found === undefined ? undefined : [found];
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Progress goes to standard error: standard output has the one line that says what was opened. */
function say(message: string): void {
  console.error(message);
}
