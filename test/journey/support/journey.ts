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
import { stopSharedHost } from './shared-host.ts';
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
  /** Opens its window at the address of a VS Code server of its own, which logs below the folder `logs`. */
  openAt(address: string, logs: string): Promise<JourneyWindow>;
  /** Disposes it when the journey ends, last first; also when the journey fails. */
  use<T extends AsyncDisposable>(resource: T): T;
  /** Runs a part of the journey. When it fails, the error names it, and what the window showed is kept. */
  step<T>(title: string, run: () => Promise<T>): Promise<T>;
}

/** The journey under way: it ends later than its test when mocha has given that up. */
let underWay: { readonly ended: Promise<void>; window?: JourneyWindow } | undefined;

/** Declares a journey as a test. */
export function journey(title: string, run: (journey: Journey) => Promise<void>): void {
  it(title, () => {
    underWay = { ended: travel(title, run) };
    return underWay.ended;
  });
}

afterEach('leaves nothing of a journey that failed', async function () {
  if (this.currentTest?.state !== 'failed' || underWay === undefined) return;
  const { ended, window } = underWay;
  if (this.currentTest.timedOut) await keepEvidence(window, this.currentTest.title);
  // Whatever it does still fails then, and no journey after it finds what it left.
  await stopSharedHost();
  await ended.catch(() => undefined); // mocha has told of it
});

after('ends VS Code and the browser', stopSharedHost);

async function travel(title: string, run: (journey: Journey) => Promise<void>): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-journey-'));
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  await run({
    folder,
    workspace,
    use: resource => resources.use(resource),
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(workspace, path)), { recursive: true });
        await writeFile(join(workspace, path), content);
      }
    },
    async open(options = {}) {
      return entered(resources.use(await openSharedWindow({ ...options, workspace })));
    },
    async openAt(address, logs) {
      return entered(resources.use(await openJourneyWindow(address, logs)));
    },
    async step(what, part) {
      signOfLife(what);
      const doing = part();
      doing.catch(() => undefined); // awaited below, unless the window is lost sooner
      try {
        return await Promise.race([
          doing,
          ...(underWay?.window === undefined ? [] : [underWay.window.hostLoss]),
        ]);
      } catch (error) {
        // The same error: mocha shows the two values of one that compares them.
        if (error instanceof Error) error.message = `${what}: ${error.message}`;
        await keepEvidence(underWay?.window, `${title} ${what}`);
        throw error;
      }
    },
  });
}

/** Remembers the window of the journey under way. */
function entered<T extends JourneyWindow>(window: T): T {
  if (underWay !== undefined) underWay.window = window;
  return window;
}

/** Keeps what tells why a journey failed: a picture of its window, what happened in it, and the logs of VS Code. */
async function keepEvidence(window: JourneyWindow | undefined, title: string): Promise<void> {
  if (window === undefined) return;
  const name = title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
  const folder = join(tmpdir(), `promptforge-${name.slice(0, 120)}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const kept = await Promise.allSettled([
    window.page.screenshot({ path: join(folder, 'window.png') }),
    recordedTimeline(window.page).then(lines => writeFile(join(folder, 'timeline.txt'), lines)),
    cp(window.logs, join(folder, 'logs'), { recursive: true }),
  ]);
  for (const { status, ...rest } of kept)
    if (status === 'rejected') console.error('      Not everything could be kept:', rest);
  console.error(`      What the workbench showed and logged: ${relative(process.cwd(), folder)}`);
}
