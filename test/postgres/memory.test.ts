/** The memory of a registry on a server: it reads what others committed, and nothing that it was told of. */
import assert from 'node:assert/strict';
import { openDatabase } from '../../src/registry/database.ts';
import { memory } from '../../src/registry/registry-cache.ts';
import { appendEvent } from '../../src/registry/store/log.ts';
import { notedIn } from '../../src/registry/store/noted.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';

const NEVER = 60_000;

describe('the memory of a registry on PostgreSQL', () => {
  let stack: AsyncDisposableStack;
  let store: Store;
  let other: Store;
  before(async () => {
    stack = new AsyncDisposableStack();
    const { url } = stack.use(await aReusedDatabase());
    const open = async () => {
      const opened = await openDatabase(url, { environments: null, connections: 2, patience: PATIENT });
      stack.defer(() => opened.close());
      return opened;
    };
    store = await open();
    other = await open();
  });
  after(() => stack.disposeAsync());

  const append = (to: Store) =>
    to.write(async transaction => {
      await appendEvent(transaction, to.now, () => ({
        actor: 'mara',
        key: 'k',
        kind: 'prompt.archived',
        prompt: 'team/a' as never,
        data: { reason: '' },
      }));
      return [...notedIn(transaction).events];
    });

  it('reads nothing back that its own process committed, and all that another one did', async () => {
    let reads = 0;
    const counting = new Proxy(store, {
      get: (target, name) => {
        if (name === 'read') reads++;
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const kept = memory(counting);
    await kept.load();
    const before = reads;
    for (let round = 0; round < 5; round++) {
      await kept.committed({ events: await append(store), made: [] });
      await kept.load();
    }
    assert.equal(reads, before);
    const since = store.revision();
    await append(other);
    await store.changed(since, NEVER, new AbortController().signal);
    await kept.load();
    assert.equal(reads, before + 1);
  });
});
