import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Problem } from '../../../src/core/problem.ts';
import { fairQueue, type QueueLimits } from '../../../src/registry/workers/fair-queue.ts';
import { runs } from '../../runs.ts';

const LIMITS: QueueLimits = { places: 2, placesPerKey: 1, waitingPerKey: 3, waiting: 5 };

/** A queue whose work ends when it is told to, and the order in which work began. */
function aQueue(limits: Partial<QueueLimits> = {}) {
  const queue = fairQueue({ ...LIMITS, ...limits });
  const began: string[] = [];
  const end = new Map<string, () => void>();
  const enter = (key: string, name: string, signal?: AbortSignal) => {
    const done = queue.run(key, signal, () => {
      began.push(name);
      const { promise, resolve } = Promise.withResolvers<string>();
      end.set(name, () => resolve(name));
      return promise;
    });
    done.catch(() => {});
    return done;
  };
  /** Lets one end, and what follows begin. */
  const finish = async (name: string) => {
    end.get(name)?.();
    await settled();
  };
  return { queue, began, enter, finish };
}

const settled = () => new Promise(resolve => setImmediate(resolve));

describe('a fair queue', () => {
  it('lets one key use all places but one', async () => {
    const { began, enter } = aQueue();
    enter('a', 'a1');
    enter('a', 'a2');
    enter('b', 'b1');
    await settled();
    assert.deepEqual(began, ['a1', 'b1']);
  });

  it('alternates between keys, however many requests of one wait', async () => {
    const { began, enter, finish } = aQueue({ places: 1, waiting: 20, waitingPerKey: 20 });
    for (const name of ['a1', 'a2', 'a3', 'a4']) enter('a', name);
    for (const name of ['b1', 'b2']) enter('b', name);
    enter('c', 'c1');
    await settled();
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']) {
      assert.equal(began.at(-1), name);
      await finish(name);
    }
  });

  it('refuses only a key with too many waiting requests, with the seconds to wait', async () => {
    const { enter } = aQueue();
    for (const name of ['1', '2', '3', '4']) enter('a', name);
    await assert.rejects(enter('a', '5'), (error: unknown) => {
      assert.ok(Problem.is(error, 'queue_full'));
      assert.equal(error.details.retryAfter, 1);
      assert.match(error.message, /^This key already has 3 long requests waiting/);
      return true;
    });
    const other = enter('b', 'b1');
    assert.equal(await Promise.race([other, settled().then(() => 'at work')]), 'at work');
  });

  it('refuses all keys when too many requests wait in total', async () => {
    const { enter } = aQueue();
    for (const key of ['a', 'b', 'c', 'd'])
      for (const name of ['1', '2']) if (key + name !== 'd2') enter(key, key + name);
    await assert.rejects(enter('e', 'e1'), (error: unknown) => Problem.is(error, 'unavailable'));
  });

  it('limits the bytes per key and in total, including running work', async () => {
    const { queue } = aQueue({ places: 5, placesPerKey: 5, bytesPerKey: 10, bytes: 15 });
    const end = Promise.withResolvers<void>();
    const hold = (key: string, bytes: number) => queue.run(key, undefined, () => end.promise, bytes);
    const first = hold('a', 12);
    await assert.rejects(hold('a', 1), (error: unknown) => Problem.is(error, 'queue_full'));
    const other = hold('b', 3);
    await assert.rejects(hold('b', 1), (error: unknown) => Problem.is(error, 'unavailable'));
    end.resolve();
    await Promise.all([first, other]);
    await hold('a', 9);
  });

  it('drops requests nobody waits for any more', async () => {
    const { queue, began, enter, finish } = aQueue({ places: 1 });
    enter('a', 'a1');
    const gone = new AbortController();
    const left = enter('a', 'a2', gone.signal);
    enter('a', 'a3');
    await settled();
    gone.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    assert.equal(queue.waiting, 1);
    await finish('a1');
    assert.deepEqual(began, ['a1', 'a3']);
    await assert.rejects(enter('a', 'a4', AbortSignal.abort(new Error('gone before'))), /gone before/);
  });

  it('frees the place even when work fails', async () => {
    const queue = fairQueue({ ...LIMITS, places: 1 });
    await assert.rejects(
      queue.run('a', undefined, () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(await queue.run('a', undefined, async () => 'next'), 'next');
  });

  it('refuses waiting and new requests when it closes', async () => {
    const { queue, enter } = aQueue({ places: 1 });
    const running = enter('a', 'a1');
    const waiting = enter('a', 'a2');
    queue.close();
    for (const refused of [waiting, enter('b', 'b1')])
      await assert.rejects(refused, (error: unknown) => Problem.is(error, 'unavailable'));
    assert.equal(await Promise.race([running, settled().then(() => 'at work')]), 'at work');
  });

  it('never exceeds its places, leaves none empty that a request may use, and serves all', async () => {
    const keys = fc.constantFrom('a', 'b', 'c');
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('enter' as const), key: keys }),
        fc.record({ kind: fc.constant('leave' as const), index: fc.nat(50) }),
        fc.record({ kind: fc.constant('abort' as const), index: fc.nat(50) }),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async all => {
        const limits = { places: 3, placesPerKey: 2, waitingPerKey: 100, waiting: 100 };
        const queue = fairQueue(limits);
        const atWork: { key: string; end: () => void }[] = [];
        const waiting: { key: string; gone: AbortController }[] = [];
        let served = 0;
        let entered = 0;
        for (const step of all) {
          if (step.kind === 'enter') {
            const one = { key: step.key, gone: new AbortController() };
            waiting.push(one);
            entered += 1;
            queue
              .run(step.key, one.gone.signal, () => {
                waiting.splice(waiting.indexOf(one), 1);
                const { promise, resolve } = Promise.withResolvers<void>();
                atWork.push({ key: step.key, end: resolve });
                return promise;
              })
              .then(() => served++)
              .catch(() => served++);
          } else if (step.kind === 'leave' && atWork.length > 0) {
            atWork.splice(step.index % atWork.length, 1)[0]?.end();
          } else if (step.kind === 'abort' && waiting.length > 0) {
            waiting.splice(step.index % waiting.length, 1)[0]?.gone.abort();
          }
          await settled();
          const of = (key: string) => atWork.filter(one => one.key === key).length;
          assert.ok(atWork.length <= limits.places);
          for (const key of ['a', 'b', 'c']) assert.ok(of(key) <= limits.placesPerKey);
          if (atWork.length < limits.places)
            for (const { key } of waiting) assert.equal(of(key), limits.placesPerKey);
          assert.equal(queue.waiting, waiting.length);
        }
        while (atWork.length > 0) {
          atWork.pop()?.end();
          await settled();
        }
        assert.equal(served, entered);
      }),
      { numRuns: runs(300, 60) },
    );
  });
});
