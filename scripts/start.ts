// `npm start`: VS Code with the extension, the demo workspace and its embedded registry. On the desktop build where
// `code` is found, else in the browser.
//
//   npm start                   keeps what was edited and published last time
//   npm start -- --fresh        starts the demo over
//   npm start -- --no-open      prints the address and opens nothing
//   npm start -- --browser      in the browser, also where `code` is found

import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildProduct } from './build.ts';
import { type DemoWorkspace, prepareDemo } from './demoWorkspace.ts';
import { cacheFolder } from './host/cacheFolder.ts';
import { endGroup, spawnGroup } from './host/processGroup.ts';
import { startServer } from './host/runningServer.ts';
import { findExecutable } from './host/systemPackages.ts';
import { installServer } from './host/vscodeServer.ts';
import { NEWEST } from './host/vscodeVersions.ts';
import { ROOT } from './projectRoot.ts';
import { packVsix } from './vsix.ts';

const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
  },
});

/** Aborts at the first Ctrl-C; whatever runs then is ended before this process is. */
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

const folder = join(cacheFolder(), 'demo');
say('Building the extension …');
await buildProduct();
say('Preparing the demo …');
const demo = await prepareDemo(folder, values.fresh);
const code = values.browser || values['no-open'] ? undefined : await findExecutable(['code', 'code.cmd']);
if (!stopping.signal.aborted) await (code === undefined ? startInBrowser(demo) : startOnDesktop(code, demo));
process.exit(0);

/** A VS Code server with the extension installed as its users install it. */
async function startInBrowser({
  workspace,
  settings,
  promptCount,
  versionCount,
}: DemoWorkspace): Promise<void> {
  const installed = await installServer(NEWEST, say);
  say('Starting VS Code …');
  const token = randomBytes(24).toString('base64url');
  const server = await startServer(installed, {
    folder: join(folder, 'vscode'),
    keychain: 'inherited',
    workspaceTrust: false,
    acceptPayload: false,
    connectionToken: token,
    settings,
    vsix: await packVsix(),
  });
  try {
    const address = server.workbench(workspace);
    const opened = values['no-open'] ? false : await openInBrowser(address);
    console.log(
      `${opened ? 'Opened' : 'Open'} VS Code ${NEWEST.vscode} with the demo (${promptCount} prompts, ${versionCount} versions, embedded registry) at ${address} · Ctrl-C stops it.`,
    );
    await stopped();
  } finally {
    await server.stop();
  }
}

/** A window of the desktop build with data of its own, so that nobody's settings are touched. */
async function startOnDesktop(
  executable: string,
  { workspace, settings, promptCount, versionCount }: DemoWorkspace,
): Promise<void> {
  const data = join(folder, 'desktop');
  const user = join(data, 'User');
  await mkdir(user, { recursive: true });
  await writeFile(join(user, 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
  const window = spawnGroup(
    executable,
    [
      ...['--wait', '--new-window', '--disable-workspace-trust', '--disable-extensions'],
      `--user-data-dir=${data}`,
      `--extensionDevelopmentPath=${ROOT}`,
      workspace,
    ],
    { stdio: 'ignore' },
  );
  const closed = new Promise<void>((resolve, reject) => {
    window.once('exit', () => resolve());
    window.once('error', reject);
  });
  console.log(
    `Opened VS Code with the demo (${promptCount} prompts, ${versionCount} versions, embedded registry): ${workspace} · Ctrl-C stops it.`,
  );
  try {
    await Promise.race([closed, stopped()]);
  } finally {
    await endGroup(window);
  }
}

/** Whether some browser was asked to show the address. */
async function openInBrowser(address: string): Promise<boolean> {
  const hasScreen =
    process.platform !== 'linux' ||
    process.env['DISPLAY'] !== undefined ||
    process.env['WAYLAND_DISPLAY'] !== undefined;
  if (!hasScreen) return false;
  const [program, ...args] =
    process.platform === 'win32'
      ? ['cmd', '/c', 'start', '', address.replaceAll('&', '^&')]
      : process.platform === 'darwin'
        ? ['open', address]
        : ['xdg-open', address];
  if (
    program === undefined ||
    (process.platform !== 'win32' && (await findExecutable([program])) === undefined)
  )
    return false;
  return new Promise(resolve => {
    const opener = spawnGroup(program, args, { stdio: 'ignore' });
    opener.once('error', () => resolve(false));
    opener.once('exit', status => resolve(status === 0));
  });
}

function stopped(): Promise<void> {
  return new Promise(resolve => {
    if (stopping.signal.aborted) resolve();
    else stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function say(message: string): void {
  console.error(message);
}
