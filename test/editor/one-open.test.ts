/** A resource of which one is open at a time. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OneOpen } from '../../src/editor/work/one-open.ts';
import { runs } from '../runs.ts';

/** Counts how many are open, and takes its time. */
function resources() {
  const open = new Set<string>();
  const made: string[] = [];
  let most = 0;
  const make = (of: string) => async () => {
    made.push(of);
    open.add(of);
    most = Math.max(most, open.size);
    await new Promise(setImmediate);
    return {
      of,
      async close() {
        await new Promise(setImmediate);
        open.delete(of);
      },
    };
  };
  return { make, made, open, most: () => most };
}

describe('OneOpen', () => {
  it('opens once for overlapping calls, even while another resource is being closed', async () => {
    const { make, made, open } = resources();
    const one = new OneOpen<{ of: string; close(): Promise<void> }>();
    await one.open('a', make('a'));
    const [first, second] = await Promise.all([one.open('b', make('b')), one.open('b', make('b'))]);
    assert.equal(first, second);
    assert.deepEqual([made, [...open]], [['a', 'b'], ['b']]);
    await one.close();
    assert.deepEqual([...open], []);
    assert.equal(one.current, undefined);
  });

  it('retries after a failure', async () => {
    const { make, open } = resources();
    const one = new OneOpen<{ of: string; close(): Promise<void> }>();
    await assert.rejects(
      one.open('a', () => Promise.reject(new Error('No.'))),
      /No\./,
    );
    await one.open('a', make('a'));
    assert.deepEqual([...open], ['a']);
  });

  it('has one resource open at a time: the last requested', async () => {
    const call = fc.record({ of: fc.constantFrom('a', 'b', 'c'), waits: fc.boolean(), closes: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), async calls => {
        const { make, open, most } = resources();
        const one = new OneOpen<{ of: string; close(): Promise<void> }>();
        const asked: Promise<unknown>[] = [];
        for (const { of, waits, closes } of calls) {
          const opened = closes ? one.close() : one.open(of, make(of));
          asked.push(opened);
          if (waits) await opened;
        }
        await Promise.all(asked);
        const last = calls.at(-1);
        assert.deepEqual([...open], last?.closes ? [] : [last?.of]);
        assert.ok(most() <= 1);
      }),
      { numRuns: runs(500, 100) },
    );
  });
});
