/** A window of a journey: VS Code with the packed extension, a keychain and a folder of its own, in a browser. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Page } from 'playwright-core';
import { openWindow } from '../../../scripts/host/browser.ts';
import { type HostVersion, NEWEST } from '../../../scripts/host/vscodeVersions.ts';
import { openWorkbench } from '../../../scripts/host/workbenchWindow.ts';
import { step } from '../../../scripts/testing/heartbeat.ts';
import { recordNotifications } from './notifications.ts';
import { type SharedServer, sharedBrowser, sharedServer } from './shared-host.ts';
import { Workbench } from './workbench.ts';

export interface JourneyWindow extends AsyncDisposable {
  readonly workbench: Workbench;
  readonly page: Page;
  readonly server: SharedServer;
}

export interface WindowOptions {
  /** The folder to open: an absolute path. */
  readonly workspace: string;
  readonly vscode?: HostVersion | undefined;
  /** Settings of scope "machine", which hold until the window is closed. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

export async function openJourneyWindow({
  workspace,
  vscode = NEWEST,
  settings = {},
}: WindowOptions): Promise<JourneyWindow> {
  const [server, browser] = await Promise.all([sharedServer(vscode), sharedBrowser()]);
  step('opening the window');
  await using opening = new AsyncDisposableStack();
  await addSettings(server.machineSettings, settings, opening);
  const context = await openWindow(browser);
  opening.defer(() => context.close());
  const page = await context.newPage();
  await openWorkbench(page, server.workbench(workspace), step).catch(async cause => {
    // Beside the test's own folder, which is gone when somebody looks.
    const picture = join(await mkdtemp(join(tmpdir(), 'promptforge-picture-')), 'start.png');
    await page.screenshot({ path: picture });
    throw new Error(
      `The workbench did not open; it showed ${relative(process.cwd(), picture)}. ${server.log().slice(-1_000)}`,
      { cause },
    );
  });
  await recordNotifications(page);
  // A page that is left tells the server, which ends the window's extension host at once; one that is only closed
  // keeps its host for hours, in case it comes back.
  opening.defer(() => page.goto('about:blank').then(() => undefined));
  const cleanUps = opening.move();
  return {
    workbench: new Workbench(page),
    page,
    server,
    [Symbol.asyncDispose]: () => cleanUps.disposeAsync(),
  };
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
