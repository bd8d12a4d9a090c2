// Hooks for every Mocha run: shuffle suites and tests (PROMPTFORGE_TEST_SEED repeats an order), and set the same long
// timeout for all tests and hooks, which only a hang exceeds.

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

/** Shuffles the tests and suites of `suite` and of nested suites. The seed determines the order. */
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
  // Mocha has this method, but its types do not.
  const { getHooks } = suite as unknown as { getHooks(this: Suite, name: Hooks): Runnable[] };
  for (const name of ['beforeAll', 'beforeEach', 'afterEach', 'afterAll'] as const)
    getHooks.call(suite, name).forEach(visit);
  suite.tests.forEach(visit);
  for (const child of suite.suites) forEachRunnable(child, visit);
}
