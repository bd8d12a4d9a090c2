/** Reads of one turn of the event loop go together, and each is answered as if it were alone. */
import assert from 'node:assert/strict';
import { Problem } from '../../src/core/problem.ts';
import { committingStore } from '../../src/registry/delivery/committing-store.ts';
import type { DeliveryMaker } from '../../src/registry/delivery/maker.ts';
import { sharedReads } from '../../src/registry/delivery/shared-reads.ts';
import { intactStore } from '../../src/registry/proof/intact-store.ts';
import { integrity } from '../../src/registry/proof/integrity.ts';
import { memory } from '../../src/registry/registry-cache.ts';
import type { ReadSnapshot, Store } from '../../src/registry/store/store.ts';
import { aRegistry, type RegistryForTest } from './a-registry.ts';

/** Nothing is made: no test here writes. */
const NO_MAKER = {} as DeliveryMaker;

describe('reads that share a snapshot', () => {
  let registry: RegistryForTest;
  let opened: number;
  let store: Store;

  beforeEach(async () => {
    registry = await aRegistry();
    opened = 0;
    const { read } = registry.store;
    store = Object.create(registry.store, {
      read: {
        value: (work: (snapshot: ReadSnapshot) => Promise<unknown>) => {
          opened++;
          return read.call(registry.store, work);
        },
      },
    });
  });
  afterEach(() => registry[Symbol.asyncDispose]());

  const events = (snapshot: ReadSnapshot) =>
    snapshot
      .selectFrom('events')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();

  it('see the same data, and each returns its own result', async () => {
    const read = sharedReads(store);
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, n) => read(async snapshot => ({ n, ...(await events(snapshot)) }))),
    );
    assert.equal(opened, 1);
    assert.deepEqual(
      seen.map(({ n }) => n),
      Array.from({ length: 20 }, (_, n) => n),
    );
    assert.equal(new Set(seen.map(({ count }) => count)).size, 1);
  });

  it('are limited to 32, so that commits are seen soon', async () => {
    const read = sharedReads(store);
    await Promise.all(Array.from({ length: 100 }, () => read(events)));
    assert.equal(opened, 4);
  });

  it('see what was committed before they were requested', async () => {
    const read = sharedReads(store);
    const newest = async () => Number((await read(events)).count);
    await registry.publish('p', '0', null);
    for (let version = 1; version < 4; version++) {
      const before = await newest();
      await registry.publish('p', `${version}`, version);
      assert.equal(await newest(), before + 1);
    }
  });

  it('fail separately: a problem is returned, and any other error is retried alone', async () => {
    const read = sharedReads(store);
    const attempts = { problem: 0, fault: 0 };
    const problem = read(async () => {
      attempts.problem++;
      throw new Problem('prompt_not_found', 'There is none.');
    });
    const fault = read(async () => {
      attempts.fault++;
      throw new TypeError('A fault');
    });
    const [refused, failed, fine] = await Promise.allSettled([problem, fault, read(events)]);
    assert.ok(refused.status === 'rejected' && Problem.is(refused.reason));
    assert.ok(failed.status === 'rejected' && failed.reason instanceof TypeError);
    assert.equal(fine.status, 'fulfilled');
    assert.deepEqual(attempts, { problem: 1, fault: 2 });
    assert.equal((await read(events)).count, fine.status === 'fulfilled' && fine.value.count);
  });

  it('are refused separately when the store is closed', async () => {
    const read = sharedReads(store);
    await registry.store.close();
    const all = await Promise.allSettled([read(events), read(events)]);
    for (const each of all) assert.ok(each.status === 'rejected' && Problem.is(each.reason));
  });

  it('share one in the store that a server delivers from', async () => {
    const intact = intactStore(store, integrity({ onBroken() {}, onFault() {} }));
    const read = sharedReads(committingStore(intact, memory(intact), NO_MAKER));
    await Promise.all(Array.from({ length: 20 }, () => read(events)));
    assert.equal(opened, 1);
  });

  it('have one each where the database is on a server', async () => {
    const read = sharedReads(Object.create(store, { file: { value: undefined } }));
    await Promise.all([read(events), read(events)]);
    assert.equal(opened, 2);
  });
});
