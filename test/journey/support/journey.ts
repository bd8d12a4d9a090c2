/**
 * A journey: one test whose named steps build on each other. Each journey has its own files, and shares the VS Code
 * server and the browser with the others.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { step as signOfLife } from '../../../scripts/testing/heartbeat.ts';
import {
  type JourneyWindow,
  openJourneyWindow,
  openSharedWindow,
  type SharedWindow,
  type WindowOptions,
} from './journey-window.ts';
import { ownServer, stopSharedHost } from './shared-host.ts';
import { recordedTimeline } from './timeline.ts';

export interface Journey {
  /** The folder for all of this journey's files, including the workspace: an absolute path. */
  readonly folder: string;
  /** The folder that the window opens: an absolute path. */
  readonly workspace: string;
  /** Writes files by their paths in the workspace. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Opens the journey's window. */
  open(options?: Pick<WindowOptions, 'vscode' | 'settings'>): Promise<SharedWindow>;
  /** Opens a window for another person, on a VS Code server of their own, with these files in its folder. */
  openFor(person: string, files: Readonly<Record<string, string>>): Promise<JourneyWindow>;
  /** Opens a window at the address of another VS Code server, which logs below the folder `logs`. */
  openAt(address: string, logs: string): Promise<JourneyWindow>;
  /** Disposes the resource when the journey ends or fails, the last one first. */
  use<T extends AsyncDisposable>(resource: T): T;
  /** Runs a part of the journey. If it fails, the error names it, and pictures and logs of the windows are kept. */
  step<T>(title: string, run: () => Promise<T>): Promise<T>;
}

/** The current journey. It ends later than its test if the test timed out. */
let underWay: { readonly ended: Promise<void>; readonly windows: JourneyWindow[] } | undefined;

/** Declares a journey as a test. */
export function journey(title: string, run: (journey: Journey) => Promise<void>): void {
  it(title, () => {
    const windows: JourneyWindow[] = [];
    underWay = { ended: travel(title, run, windows), windows };
    return underWay.ended;
  });
}

afterEach('leaves nothing of a journey that failed', async function () {
  if (this.currentTest?.state !== 'failed' || underWay === undefined) return;
  const { ended, windows } = underWay;
  if (this.currentTest.timedOut) await keepEvidence(windows, this.currentTest.title);
  // Ends everything that the journey still does, so that the next one starts afresh.
  await stopSharedHost();
  await ended.catch(() => undefined); // Mocha has reported it.
});

after('ends VS Code and the browser', stopSharedHost);

/** @param windows receives the windows that the journey opens */
async function travel(
  title: string,
  run: (journey: Journey) => Promise<void>,
  windows: JourneyWindow[],
): Promise<void> {
  const entered = <T extends JourneyWindow>(window: T): T => {
    windows.push(window);
    return window;
  };
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-journey-'));
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  await run({
    folder,
    workspace,
    use: resource => resources.use(resource),
    write: files => writeFiles(workspace, files),
    async open(options = {}) {
      return entered(resources.use(await openSharedWindow({ ...options, workspace })));
    },
    async openFor(person, files) {
      const theirs = join(folder, person);
      await mkdir(theirs);
      await writeFiles(theirs, files);
      const machine = resources.use(await ownServer());
      return entered(resources.use(await openJourneyWindow(machine.workbench(theirs), machine.logs)));
    },
    async openAt(address, logs) {
      return entered(resources.use(await openJourneyWindow(address, logs)));
    },
    async step(what, part) {
      signOfLife(what);
      const doing = part();
      doing.catch(() => undefined); // Awaited below, unless a window is lost first.
      try {
        const done = await Promise.race([doing, ...windows.map(({ hostLoss }) => hostLoss)]);
        await takePictures(windows, what);
        return done;
      } catch (error) {
        // Rethrows the same error, because Mocha shows an assertion error's two values.
        if (error instanceof Error) error.message = `${what}: ${error.message}`;
        await keepEvidence(windows, `${title} ${what}`);
        throw error;
      }
    },
  });
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** Saves a screenshot of each window after a step, if PROMPTFORGE_PICTURES names a folder. */
async function takePictures(windows: readonly JourneyWindow[], step: string): Promise<void> {
  const folder = process.env['PROMPTFORGE_PICTURES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const name = `${Date.now()}-${step.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
  for (const [index, { page }] of windows.entries())
    await page.screenshot({ path: join(folder, `${name}-${index + 1}.png`) });
}

/** Saves what explains the failure of a journey: each window's screenshot, timeline and logs. */
async function keepEvidence(windows: readonly JourneyWindow[], title: string): Promise<void> {
  if (windows.length === 0) return;
  const name = title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
  const folder = join(tmpdir(), `promptforge-${name.slice(0, 120)}`);
  await rm(folder, { recursive: true, force: true });
  for (const [index, { page, logs }] of windows.entries()) {
    const place = windows.length === 1 ? folder : join(folder, String(index + 1));
    await mkdir(place, { recursive: true });
    const kept = await Promise.allSettled([
      page.screenshot({ path: join(place, 'window.png') }),
      recordedTimeline(page).then(lines => writeFile(join(place, 'timeline.txt'), lines)),
      cp(logs, join(place, 'logs'), { recursive: true }),
    ]);
    for (const { status, ...rest } of kept)
      if (status === 'rejected') console.error('      Not everything could be kept:', rest);
  }
  console.error(`      What the workbench showed and logged: ${relative(process.cwd(), folder)}`);
}
