/**
 * A journey: one test whose named steps build on each other. It has files of its own, and shares VS Code's server and
 * the browser with the other journeys.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { step as signOfLife } from '../../heartbeat.ts';
import { type JourneyWindow, openJourneyWindow, type WindowOptions } from './journey-window.ts';
import { stopSharedHost } from './shared-host.ts';

export interface Journey {
  /** Holds everything of this journey, the workspace included: an absolute path. */
  readonly folder: string;
  /** The folder that its window opens: an absolute path. */
  readonly workspace: string;
  /** Writes files by their path in the workspace. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Opens its window. */
  open(options?: Pick<WindowOptions, 'vscode' | 'settings'>): Promise<JourneyWindow>;
  /** Disposes it when the journey ends, last first; also when the journey fails. */
  use<T extends AsyncDisposable>(resource: T): T;
  /** Runs a part of the journey. When it fails, the error names it, and a picture shows the window. */
  step<T>(title: string, run: () => Promise<T>): Promise<T>;
}

/** Declares a journey as a test. */
export function journey(title: string, run: (journey: Journey) => Promise<void>): void {
  it(title, async () => {
    try {
      await travel(title, run);
    } catch (error) {
      // Whatever it left behind must not make the next journey fail.
      await stopSharedHost();
      throw error;
    }
  });
}

after('ends VS Code and the browser', stopSharedHost);

async function travel(title: string, run: (journey: Journey) => Promise<void>): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-journey-'));
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  let window: JourneyWindow | undefined;
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
      window = resources.use(await openJourneyWindow({ ...options, workspace }));
      return window;
    },
    async step(what, part) {
      signOfLife(what);
      try {
        return await part();
      } catch (error) {
        // The same error: mocha shows the two values of one that compares them.
        if (error instanceof Error) error.message = `${what}: ${error.message}`;
        await keepPicture(window, `${title} ${what}`);
        throw error;
      }
    },
  });
}

async function keepPicture(window: JourneyWindow | undefined, title: string): Promise<void> {
  const name = title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
  const picture = join(tmpdir(), `promptforge-${name.slice(0, 120)}.png`);
  try {
    await window?.page.screenshot({ path: picture });
    console.error(`      What the workbench showed: ${relative(process.cwd(), picture)}`);
  } catch (error) {
    console.error(`      No picture could be taken: ${error}`);
  }
}
