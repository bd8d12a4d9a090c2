import assert from 'node:assert/strict';
import { patience } from '../../../scripts/host/patience.ts';
import { Problem } from '../../../src/core/problem.ts';
import {
  type WorkerPool,
  type WorkerPoolOptions,
  workerPool,
} from '../../../src/registry/workers/worker-pool.ts';
import { eventually } from '../../eventually.ts';
import type { Order } from './a-worker.ts';

for (const kind of ['process', 'thread'] as const)
  describe(`a worker pool of the kind ${kind}`, () => {
    const open: WorkerPool[] = [];
    const faults: unknown[] = [];
    const pool = (options: Partial<WorkerPoolOptions> = {}) => {
      const made = workerPool({
        kind,
        module: new URL('./a-worker.ts', import.meta.url),
        onFault: error => faults.push(error),
        ...options,
      });
      open.push(made);
      const run = (order: Order, key = 'a', signal?: AbortSignal) => {
        const done = made.run(order, { key, ...(signal && { signal }) });
        done.catch(() => {});
        return done;
      };
      return { run, close: () => made.close(), waiting: () => made.waiting };
    };
    const one = { places: 1, placesPerKey: 1, waitingPerKey: 2, waiting: 10 };
    afterEach(async () => {
      for (const each of open.splice(0)) await each.close();
      assert.deepEqual(faults.splice(0), []);
    });

    it("returns the module's results and errors", async () => {
      const { run } = pool();
      const value = { text: 'é', bytes: new Uint8Array([1, 2]), map: new Map([['a', [1]]]) };
      assert.deepEqual(await run({ kind: 'echo', value }), value);
      await assert.rejects(run({ kind: 'fail' }), /It failed\./);
    });

    it('reports that work takes too much memory, and continues with another thread', async () => {
      const { run } = pool({ memoryMb: 24, limits: one });
      await assert.rejects(run({ kind: 'memory' }), (error: unknown) => {
        assert.ok(Problem.is(error, 'too_expensive'));
        assert.match(error.message, /needs more memory than one request may use/);
        return true;
      });
      assert.equal(await run({ kind: 'echo', value: 1 }), 1);
    });

    // A thread that does so ends the process: see docs/decisions/long-work-has-processes-of-its-own.md.
    if (kind === 'process')
      it('survives a thread that runs out of memory inside the engine', async () => {
        const { run } = pool({ memoryMb: 24, limits: one });
        await assert.rejects(run({ kind: 'json' }), (error: unknown) => Problem.is(error, 'too_expensive'));
        assert.equal(await run({ kind: 'echo', value: 1 }), 1);
      });

    it('ends work that takes too long, and continues', async () => {
      const { run } = pool({ timeLimit: patience(3_000), limits: one });
      await assert.rejects(run({ kind: 'loop' }), (error: unknown) => Problem.is(error, 'unavailable'));
      // On a busy machine a thread takes longer to start than it has here.
      await eventually(
        'another thread',
        async () => (await run({ kind: 'echo', value: 1 }).catch(() => 0)) === 1,
      );
    });

    it('ends work that nobody waits for any more, and starts the next', async () => {
      const { run } = pool({ limits: one });
      assert.equal(await run({ kind: 'echo', value: 0 }), 0);
      const gone = new AbortController();
      const loop = run({ kind: 'loop' }, 'a', gone.signal);
      const next = run({ kind: 'echo', value: 1 });
      gone.abort(new Error('gone'));
      await assert.rejects(loop, /gone/);
      assert.equal(await next, 1);
    });

    it('refuses a key beyond its queue while it works for another key', async () => {
      const { run } = pool({ limits: { ...one, places: 2 } });
      for (let count = 0; count < 3; count++) run({ kind: 'loop' });
      await assert.rejects(run({ kind: 'loop' }), (error: unknown) => Problem.is(error, 'queue_full'));
      assert.equal(await run({ kind: 'echo', value: 1 }, 'b'), 1);
    });

    it('answers waiting and running work when it closes, and leaves no thread', async () => {
      const before = threads();
      const { run, close, waiting } = pool({ limits: one });
      assert.equal(await run({ kind: 'echo', value: 0 }), 0);
      const all = [run({ kind: 'loop' }), run({ kind: 'loop' }), run({ kind: 'sleep' })];
      assert.equal(waiting(), 2);
      await close();
      for (const each of all)
        await assert.rejects(each, (error: unknown) => Problem.is(error, 'unavailable'));
      await assert.rejects(run({ kind: 'echo', value: 1 }), (error: unknown) =>
        Problem.is(error, 'unavailable'),
      );
      await eventually('the threads to end', () => threads() <= before);
    });

    it('rejects and reports when its thread cannot start', async () => {
      const { run } = pool({ module: new URL('./absent.ts', import.meta.url) });
      await assert.rejects(run({ kind: 'echo', value: 1 }));
      assert.ok(faults.splice(0).length > 0);
    });
  });

function threads(): number {
  return process.getActiveResourcesInfo().filter(name => /MessagePort|Process/.test(name)).length;
}
