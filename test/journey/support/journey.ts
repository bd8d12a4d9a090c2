/**
 * A journey: one test whose named steps build on each other. It has files of its own, and shares VS Code's server and
 * the browser with the other journeys.
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
  /** Holds everything of this journey, the workspace included: an absolute path. */
  readonly folder: string;
  /** The folder that its window opens: an absolute path. */
  readonly workspace: string;
  /** Writes files by their path in the workspace. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Opens its window. */
  open(options?: Pick<WindowOptions, 'vscode' | 'settings'>): Promise<SharedWindow>;
  /** Opens the window of one more person, on a machine that is theirs alone, with these files in its folder. */
  openFor(person: string, files: Readonly<Record<string, string>>): Promise<JourneyWindow>;
  /** Opens its window at the address of a VS Code server of its own, which logs below the folder `logs`. */
  openAt(address: string, logs: string): Promise<JourneyWindow>;
  /** Disposes it when the journey ends, last first; also when the journey fails. */
  use<T extends AsyncDisposable>(resource: T): T;
  /** Runs a part of the journey. When it fails, the error names it, and what the window showed is kept. */
  step<T>(title: string, run: () => Promise<T>): Promise<T>;
}

/** The journey under way: it ends later than its test when mocha has given that up. */
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
  // Whatever it does still fails then, and no journey after it finds what it left.
  await stopSharedHost();
  await ended.catch(() => undefined); // mocha has told of it
});

after('ends VS Code and the browser', stopSharedHost);

/** @param windows gets those that it opens */
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
      doing.catch(() => undefined); // awaited below, unless the window is lost sooner
      try {
        const done = await Promise.race([doing, ...windows.map(({ hostLoss }) => hostLoss)]);
        await takePictures(windows, what);
        return done;
      } catch (error) {
        // The same error: mocha shows the two values of one that compares them.
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

/** Keeps what each window shows after a step where PROMPTFORGE_PICTURES names a folder: for whoever looks at them all. */
async function takePictures(windows: readonly JourneyWindow[], step: string): Promise<void> {
  const folder = process.env['PROMPTFORGE_PICTURES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const name = `${Date.now()}-${step.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
  for (const [index, { page }] of windows.entries())
    await page.screenshot({ path: join(folder, `${name}-${index + 1}.png`) });
}

/** Keeps what tells why a journey failed: a picture of each window, what happened in it, and the logs of VS Code. */
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
