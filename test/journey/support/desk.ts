/** A person's desk: a clean VS Code with the packed extension, a keychain and a folder, in a browser window. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openWindow, startBrowser } from '../../../scripts/host/browser.ts';
import { startServer } from '../../../scripts/host/runningServer.ts';
import { provideBrowser, provideKeyring } from '../../../scripts/host/systemPackages.ts';
import { installServer } from '../../../scripts/host/vscodeServer.ts';
import { type HostVersion, NEWEST } from '../../../scripts/host/vscodeVersions.ts';
import { openWorkbench } from '../../../scripts/host/workbenchWindow.ts';
import { packedExtension } from './packed.ts';
import { Workbench } from './workbench.ts';

export interface Desk extends AsyncDisposable {
  readonly workbench: Workbench;
  readonly page: Page;
  /** Holds everything of this desk, the server's data, logs and keyring included: an absolute path. */
  readonly folder: string;
  /** The folder that is open: an absolute path. */
  readonly workspace: string;
  /** What VS Code's server has printed. */
  serverLog(): string;
}

/** A desk before anyone sits at it. */
export interface Room {
  readonly folder: string;
  readonly workspace: string;
  /** To be done when the desk is left, last first; also when nobody could sit down. */
  defer(cleanUp: () => Promise<unknown>): void;
}

export interface DeskOptions {
  readonly vscode?: HostVersion;
  /** Puts the files to begin with into the workspace and starts what the journey needs; gives user settings. */
  readonly furnish: (room: Room) => Promise<Readonly<Record<string, unknown>>>;
}

const quiet = (): void => undefined;

/** Ends what it started when a part of it fails. */
export async function sitDown({ vscode = NEWEST, furnish }: DeskOptions): Promise<Desk> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-journey-'));
  starting.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  const [installed, chromium, vsix, settings] = await Promise.all([
    installServer(vscode, quiet),
    provideBrowser(quiet),
    packedExtension(),
    furnish({ folder, workspace, defer: cleanUp => starting.defer(async () => void (await cleanUp())) }),
    provideKeyring(quiet),
  ]);
  const server = await startServer(installed, {
    folder,
    keychain: 'own',
    workspaceTrust: false,
    // No test payload: the extension runs as it does for its users.
    acceptPayload: false,
    vsix,
    settings,
  });
  starting.defer(() => server.stop());
  const browser: Browser = await startBrowser(chromium);
  starting.defer(() => browser.close());
  const page = await (await openWindow(browser)).newPage();
  await openWorkbench(page, server.workbench(workspace)).catch(async cause => {
    const picture = join(tmpdir(), 'promptforge-journey-start.png');
    await page.screenshot({ path: picture });
    throw new Error(
      `The workbench did not open; it showed ${relative(process.cwd(), picture)}. ${server.log().slice(-1_000)}`,
      { cause },
    );
  });
  const cleanUps = starting.move();
  return {
    workbench: new Workbench(page),
    page,
    folder,
    workspace,
    serverLog: () => server.log(),
    [Symbol.asyncDispose]: () => cleanUps.disposeAsync(),
  };
}

/** Writes files by their path in `folder`. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
