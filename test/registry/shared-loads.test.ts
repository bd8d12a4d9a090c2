/** Deliveries of one turn of the event loop share a look at what was committed, which none of them came after. */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { Problem } from '../../src/core/problem.ts';
import { sharedLoads } from '../../src/registry/delivery/shared-loads.ts';
import type { Loaded } from '../../src/registry/registry-cache.ts';
import { runs } from '../runs.ts';

describe('shared loads', () => {
  it('see everything committed before any of their callers came', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ask', 'commit', 'turn', 'microtask'), { maxLength: 60 }),
        async steps => {
          let committed = 0;
          let loads = 0;
          // Its age stands for what it saw.
          const load = sharedLoads({
            async load() {
              loads++;
              return { age: committed } as Loaded;
            },
          });
          const asked: Promise<void>[] = [];
          for (const step of steps) {
            if (step === 'ask') {
              const before = committed;
              asked.push(load().then(({ age = Number.NaN }) => assert.ok(age >= before)));
            } else if (step === 'commit') committed++;
            else await (step === 'turn' ? nextTurn() : Promise.resolve());
          }
          await Promise.all(asked);
          assert.ok(loads <= asked.length);
        },
      ),
      { numRuns: runs(1000, 100) },
    ));

  it('serve all callers that come at once, while later ones start another', async () => {
    let loads = 0;
    const load = sharedLoads({ load: async () => ({ age: ++loads }) as Loaded });
    const all = await Promise.all(Array.from({ length: 30 }, load));
    assert.ok(all.every(({ age }) => age === 1));
    assert.equal((await load()).age, 2);
  });

  it('fail for all callers that share them, and for nobody else', async () => {
    let isAway = true;
    const load = sharedLoads({
      async load() {
        if (isAway) throw new Problem('unavailable', 'The database does not answer.');
        return { age: undefined } as Loaded;
      },
    });
    for (const each of await Promise.allSettled([load(), load()])) assert.equal(each.status, 'rejected');
    isAway = false;
    assert.equal((await load()).age, undefined);
  });
});
