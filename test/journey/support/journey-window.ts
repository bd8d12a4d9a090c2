/** A window of a journey: VS Code in a browser, with the packed extension, on its own folder. */
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

/** Longer than VS Code's own time limit for its extension host. */
const HOST_TIMEOUT_MS = patience(180_000);

export interface JourneyWindow extends AsyncDisposable {
  readonly workbench: Workbench;
  readonly page: Page;
  /** The folder with the logs of its server and of its extension host: an absolute path. */
  readonly logs: string;
  /** Rejects if the window's extension host ends unexpectedly: commands under way would then never finish. */
  readonly hostLoss: Promise<never>;
  /** Reloads the window by keyboard, and waits until its extension host has started. */
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
  /** Machine settings, which apply until the window is closed. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** Opens a folder in the shared server of a VS Code version. */
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
    // The window may notice before the server has logged the reason.
    const ended = await eventually('the server to say why', () =>
      server
        .log()
        .match(/^.*Extension Host Process exited(?! with code: 0,).*$/gm)
        ?.at(-1),
    ).catch(() => 'nothing');
    throw new Error(`${error.message} The server says: ${ended}`, { cause: error });
  });
  hostLoss.catch(() => undefined); // Each wait in the window reports it.
  const cleanUps = opening.move();
  return { ...window, server, hostLoss, [Symbol.asyncDispose]: () => cleanUps.disposeAsync() };
}

/**
 * Opens the workbench at an address and waits until its extension host has started.
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
  hostLoss.catch(() => undefined); // Each wait in the window reports it.
  // When the page navigates away, the server ends the window's extension host at once. If the page is only closed, the
  // server keeps the host for hours, in case the window reconnects.
  opening.defer(() => page.goto('about:blank').then(() => undefined));
  const open = () => openWorkbench(page, address, step);
  await untilHostIsReady(page, logs, open, open).catch(async cause => {
    // Outside the test's own folder, which is deleted after the test.
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
 * Runs VS Code's own command, which first stores the open editors. If the browser reloaded the page instead, state that
 * VS Code has not stored yet could be lost.
 */
async function reloadWindow(page: Page, workbench: Workbench): Promise<void> {
  await Promise.all([page.waitForEvent('load'), workbench.run('Developer: Reload Window')]);
  step('the page is loaded again');
  await workbenchIsReady(page, step);
}

/** @param again reopens the window if its extension host was too late */
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
      // Recorded from the start, because notifications hide after a few seconds.
      .then(() =>
        Promise.all([
          recordNotifications(page),
          recordTimeline(page),
          hostStarted(logs, before, AbortSignal.any([ended.signal, tooLong])),
        ]),
      )
      .then(() => 'ready' as const);
    ready.catch(() => undefined); // The wait for the previous window fails when the window is opened again.
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
