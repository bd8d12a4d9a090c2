/** What every journey does around its steps: sit down, stop at the first step that fails, and keep a picture of it. */
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Desk, type DeskOptions, sitDown } from './desk.ts';

/** A step may wait for several things, each with a patience of its own. */
const STEP_TIMEOUT_MS = 120_000;
/** Packing, installing and the first start of VS Code. */
const START_TIMEOUT_MS = 4 * 60_000;

/**
 * Describes a journey, whose steps build on each other.
 * @param steps declares them with `it`; `desk` may be called inside of a step
 */
export function journey(title: string, options: DeskOptions, steps: (desk: () => Desk) => void): void {
  describe(title, function () {
    this.bail(true);
    this.timeout(STEP_TIMEOUT_MS);
    let desk: Desk | undefined;

    before(async function () {
      this.timeout(START_TIMEOUT_MS);
      desk = await sitDown(options);
    });
    afterEach(async function () {
      if (this.currentTest?.state !== 'failed' || desk === undefined) return;
      const name = this.currentTest
        .fullTitle()
        .replaceAll(/[^a-z0-9]+/gi, '-')
        .toLowerCase();
      const picture = join(tmpdir(), `promptforge-${name.slice(0, 120)}.png`);
      await desk.workbench.screenshot(picture);
      console.error(`      What the workbench showed: ${relative(process.cwd(), picture)}`);
    });
    after(async () => desk?.[Symbol.asyncDispose]());

    steps(() => {
      if (desk === undefined) throw new Error('Nobody sits at the desk yet.');
      return desk;
    });
  });
}
