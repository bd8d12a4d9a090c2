/** A window of a journey: VS Code with the packed extension, a keychain and a folder of its own, in a browser. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { ConsoleMessage, Page } from 'playwright-core';
import { openWindow } from '../../../scripts/host/browser.ts';
import { HOST_HAS_ENDED, HOST_IS_LATE, OPENINGS } from '../../../scripts/host/hostMessages.ts';
import { patience } from '../../../scripts/host/patience.ts';
import { type HostVersion, NEWEST } from '../../../scripts/host/vscodeVersions.ts';
import { openWorkbench, workbenchIsReady } from '../../../scripts/host/workbenchWindow.ts';
import { step } from '../../../scripts/testing/heartbeat.ts';
import { eventually } from '../../eventually.ts';
import { hostStarted, startedHosts } from './extension-host.ts';
import { recordNotifications } from './notifications.ts';
import { type SharedServer, sharedBrowser, sharedServer } from './shared-host.ts';
import { recordTimeline } from './timeline.ts';
import { Workbench } from './workbench.ts';

/** Longer than VS Code itself waits for it. */
const HOST_TIMEOUT_MS = patience(180_000);

export interface JourneyWindow extends AsyncDisposable {
  readonly workbench: Workbench;
  readonly page: Page;
  /** The folder with the logs of its server and of its extension host: an absolute path. */
  readonly logs: string;
  /** Rejects when the window's extension host ends by itself: what was asked or done then never comes to an end. */
  readonly hostLoss: Promise<never>;
  /** Reloads the window by keyboard, and waits until its extensions have started. */
  reload(): Promise<void>;
}

/** A window of a server that all journeys share. */
export interface SharedWindow extends JourneyWindow {
  readonly server: SharedServer;
}

export interface WindowOptions {
  /** The folder to open: an absolute path. */
  readonly workspace: string;
  readonly vscode?: HostVersion | undefined;
  /** Settings of scope "machine", which hold until the window is closed. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** Opens a folder in the shared server of a version. */
export async function openSharedWindow({
  workspace,
  vscode = NEWEST,
  settings = {},
}: WindowOptions): Promise<SharedWindow> {
  const server = await sharedServer(vscode);
  await using opening = new AsyncDisposableStack();
  await addSettings(server.machineSettings, settings, opening);
  const window = opening.use(await openJourneyWindow(server.workbench(workspace), server.logs));
  const hostLoss = window.hostLoss.catch(async error => {
    // The window may hear of it before the server has written why.
    const ended = await eventually('the server to say why', () =>
      server
        .log()
        .match(/^.*Extension Host Process exited(?! with code: 0,).*$/gm)
        ?.at(-1),
    ).catch(() => 'nothing');
    throw new Error(`${error.message} The server says: ${ended}`, { cause: error });
  });
  hostLoss.catch(() => undefined); // whoever waits for something in the window is told
  const cleanUps = opening.move();
  return { ...window, server, hostLoss, [Symbol.asyncDispose]: () => cleanUps.disposeAsync() };
}

/**
 * Opens the workbench at an address and waits until its extensions have started.
 * @param logs the folder with the logs of its server
 */
export async function openJourneyWindow(address: string, logs: string): Promise<JourneyWindow> {
  const browser = await sharedBrowser();
  step('opening the window');
  await using opening = new AsyncDisposableStack();
  const context = await openWindow(browser);
  opening.defer(() => context.close());
  const page = await context.newPage();
  const hostLoss = untilHostIsLost(page);
  hostLoss.catch(() => undefined); // whoever waits for something in the window is told
  // A page that is left tells the server, which ends the window's extension host at once; one that is only closed
  // keeps its host for hours, in case it comes back.
  opening.defer(() => page.goto('about:blank').then(() => undefined));
  const open = () => openWorkbench(page, address, step);
  await untilHostIsReady(page, logs, open, open).catch(async cause => {
    // Beside the test's own folder, which is gone when somebody looks.
    const picture = join(await mkdtemp(join(tmpdir(), 'promptforge-picture-')), 'start.png');
    await page.screenshot({ path: picture });
    throw new Error(`The workbench did not open; it showed ${relative(process.cwd(), picture)}.`, { cause });
  });
  const workbench = new Workbench(page);
  const reload = () => untilHostIsReady(page, logs, () => reloadWindow(page, workbench), open);
  const cleanUps = opening.move();
  return { workbench, page, logs, hostLoss, reload, [Symbol.asyncDispose]: () => cleanUps.disposeAsync() };
}

/**
 * As one does by keyboard: VS Code stores first which editors are open. When a browser reloads the page, what VS Code
 * had not stored by then may be lost.
 */
async function reloadWindow(page: Page, workbench: Workbench): Promise<void> {
  await Promise.all([page.waitForEvent('load'), workbench.run('Developer: Reload Window')]);
  step('the page is loaded again');
  await workbenchIsReady(page, step);
}

/** @param again opens the window once more, when its extension host was late */
async function untilHostIsReady(
  page: Page,
  logs: string,
  first: () => Promise<void>,
  again: () => Promise<void>,
): Promise<void> {
  let open = first;
  for (let left = OPENINGS; left > 0; left -= 1) {
    const before = await startedHosts(logs);
    const ended = new AbortController();
    const tooLong = AbortSignal.timeout(HOST_TIMEOUT_MS);
    const late = Promise.withResolvers<'late'>();
    const hear = (message: ConsoleMessage): void => {
      if (message.text().includes(HOST_IS_LATE)) late.resolve('late');
    };
    page.on('console', hear);
    const ready = open()
      // From the start: a notification hides by itself after seconds.
      .then(() =>
        Promise.all([
          recordNotifications(page),
          recordTimeline(page),
          hostStarted(logs, before, AbortSignal.any([ended.signal, tooLong])),
        ]),
      )
      .then(() => 'ready' as const);
    ready.catch(() => undefined); // When the window is opened again, the wait for the one before fails.
    try {
      if ((await Promise.race([ready, late.promise])) === 'ready') {
        if (tooLong.aborted) throw new Error(`No extension host has started in ${HOST_TIMEOUT_MS / 1000} s.`);
        return;
      }
    } finally {
      page.off('console', hear);
      ended.abort();
    }
    step('the extension host was late: once more');
    open = again;
  }
  throw new Error(`VS Code's extension host was not ready within its minute, ${OPENINGS} times.`);
}

function untilHostIsLost(page: Page): Promise<never> {
  return new Promise((_, reject) =>
    page.on('console', message => {
      if (message.text().includes(HOST_HAS_ENDED))
        reject(new Error(`VS Code's extension host has ended by itself: ${message.text()}.`));
    }),
  );
}

async function addSettings(
  file: string,
  settings: Readonly<Record<string, unknown>>,
  cleanUps: AsyncDisposableStack,
): Promise<void> {
  const before = await readFile(file, 'utf8');
  cleanUps.defer(() => writeFile(file, before));
  await writeFile(file, JSON.stringify({ ...JSON.parse(before), ...settings }));
}
