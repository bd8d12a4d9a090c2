/** Rates that threads count together, in memory that they share. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { type Rate, rateCells, rateMemory } from '../../src/registry/serving/rate-cells.ts';
import { runs } from '../runs.ts';

/** Asks as often as it can until it was refused so many times in a row, and says how often it was let through. */
const ASKER = `
  const { parentPort, workerData: { module, rate, memory, names } } = require('node:worker_threads');
  import(module).then(({ rateCells }) => {
    const cells = rateCells(rate, memory, () => 1000);
    parentPort.once('message', () => {
      const through = names.map(name => { let n = 0; for (let i = 0; i < 20000; i++) if (cells.admit(name) === 0) n++; return n; });
      parentPort.postMessage(through);
    });
    parentPort.postMessage('ready');
  });
`;

describe('a rate limit shared by threads', () => {
  it('allows what a single thread would, however the requests are spread', () => {
    const rate = fc.record({
      perSecond: fc.integer({ min: 1, max: 50 }),
      burst: fc.integer({ min: 1, max: 20 }),
    });
    const step = fc.record({ thread: fc.nat(2), who: fc.nat(5).map(String), pause: fc.nat(300) });
    fc.assert(
      fc.property(rate, fc.array(step, { maxLength: 200 }), (rate, steps) => {
        let now = 5;
        const at = () => now;
        const memory = rateMemory(16);
        const threads = [0, 1, 2].map(() => rateCells(rate, memory, at));
        const alone = rateCells(rate, rateMemory(16), at);
        const model = new Map<string, Bucket>();
        for (const { thread, who, pause } of steps) {
          now += pause;
          const one = alone.admit(who);
          assert.equal(threads[thread]!.admit(who), one);
          const bucket = model.get(who) ?? { content: rate.burst, at: now };
          model.set(who, bucket);
          assert.equal(one === 0, isLetThrough(bucket, rate, now), `${now} ${JSON.stringify(bucket)}`);
          assert.equal(alone.isOver(who), one > 0 || bucket.content < 1 - TINY);
        }
      }),
      { numRuns: runs(2000, 300) },
    );
  });

  it('counts each of many simultaneous requests once', async () => {
    const rate = { perSecond: 1, burst: 5000 };
    const memory = rateMemory(64);
    const names = ['a', 'b', 'c'];
    const module = new URL('../../src/registry/serving/rate-cells.ts', import.meta.url).href;
    const workers = [1, 2, 3].map(
      () => new Worker(ASKER, { eval: true, workerData: { module, rate, memory, names } }),
    );
    await Promise.all(workers.map(worker => once(worker, 'message')));
    const said = workers.map(worker => once(worker, 'message'));
    for (const worker of workers) worker.postMessage('go');
    const through = (await Promise.all(said)).map(([counts]) => counts as number[]);
    await Promise.all(workers.map(worker => worker.terminate()));
    for (const index of names.keys())
      assert.equal(
        through.reduce((sum, counts) => sum + counts[index]!, 0),
        5000,
        JSON.stringify(through),
      );
  });

  it('forgets callers with nothing left to pay first, and uses no more memory', () => {
    let now = 0;
    const cells = rateCells({ perSecond: 1, burst: 1 }, rateMemory(8), () => now);
    cells.admit('eager');
    for (let i = 0; i < 7; i++) assert.equal(cells.admit(`other ${i}`), 0);
    now += 900;
    cells.charge('eager');
    now += 200;
    for (let i = 0; i < 100; i++) {
      assert.equal(cells.admit(`newcomer ${i}`), 0);
      now += 1001;
      if (i < 5) cells.charge('eager');
      assert.equal(cells.isOver('eager'), i < 5);
    }
  });

  it('loses no count when another thread finds a caller as it is being added', () => {
    const memory = rateMemory(8);
    const [one, other] = [0, 1].map(() => rateCells({ perSecond: 1, burst: 2 }, memory, () => 1000));
    const { compareExchange } = Atomics;
    let isFirst = true;
    Atomics.compareExchange = ((...args: Parameters<typeof compareExchange>) => {
      const found = compareExchange(...args);
      if (isFirst) {
        isFirst = false;
        other!.charge('newcomer');
      }
      return found;
    }) as typeof compareExchange;
    try {
      one!.charge('newcomer');
    } finally {
      Atomics.compareExchange = compareExchange;
    }
    assert.ok(one!.isOver('newcomer'));
  });
});

interface Bucket {
  content: number;
  at: number;
}

/** What rounding may make of one request. */
const TINY = 1e-5;

/** A bucket of tokens, as books have it. */
function isLetThrough(bucket: Bucket, { perSecond, burst }: Rate, now: number): boolean {
  bucket.content = Math.min(burst, bucket.content + ((now - bucket.at) / 1000) * perSecond);
  bucket.at = now;
  if (bucket.content < 1 - TINY) return false;
  bucket.content -= 1;
  return true;
}
