// What every mocha run of this project does before its first test: it puts the suites and tests into a random order
// (PROMPTFORGE_TEST_SEED repeats one), and gives every test and hook the same long time, which only ends what hangs.

import { sample, shuffledSubarray } from 'fast-check';
import type { RootHookObject, Runnable, Suite } from 'mocha';
import { begin, silenceLimit } from './heartbeat.ts';

export const mochaHooks: RootHookObject = {
  beforeAll(this: Mocha.Context) {
    const root = this.test?.parent;
    if (root === undefined) return;
    const seed = Number(process.env['PROMPTFORGE_TEST_SEED'] ?? Date.now() % 1_000_000);
    if (process.env['PROMPTFORGE_TEST_SEED'] === undefined)
      console.log(`  Random order; PROMPTFORGE_TEST_SEED=${seed} repeats it.`);
    shuffle(root, seed);
    forEachRunnable(root, runnable => runnable.timeout(silenceLimit()));
  },
  beforeEach(this: Mocha.Context) {
    begin(this.currentTest);
  },
};

/** Puts the tests and suites of `suite`, and of those within, into the order that the seed determines. */
export function shuffle(suite: Suite, seed: number): void {
  suite.tests = shuffled(suite.tests, seed);
  suite.suites = shuffled(suite.suites, seed);
  for (const child of suite.suites) shuffle(child, seed);
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const inAnyOrder = shuffledSubarray([...items], { minLength: items.length });
  return sample(inAnyOrder, { seed, numRuns: 1 })[0] ?? [];
}

type Hooks = 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll';

function forEachRunnable(suite: Suite, visit: (runnable: Runnable) => void): void {
  // mocha has this method and its types do not.
  const { getHooks } = suite as unknown as { getHooks(this: Suite, name: Hooks): Runnable[] };
  for (const name of ['beforeAll', 'beforeEach', 'afterEach', 'afterAll'] as const)
    getHooks.call(suite, name).forEach(visit);
  suite.tests.forEach(visit);
  for (const child of suite.suites) forEachRunnable(child, visit);
}
