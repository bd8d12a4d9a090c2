/** What is kept in memory: it is there as long as nothing changes it, and not for a moment longer. */
import assert from 'node:assert/strict';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import type { NewEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { KnownKey } from '../../src/registry/access/known-key.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import type { PreparedDelivery } from '../../src/registry/delivery/prepared.ts';
import { type Loaded, type Memory, memory, type Places } from '../../src/registry/memory.ts';
import { integrity } from '../../src/registry/proof/integrity.ts';
import { appendEvent } from '../../src/registry/store/log.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';

const A = parsePromptName('team/a');
const B = parsePromptName('team/b');
const PRODUCTION = parseEnvironmentName('production');
const author = { actor: 'mara', key: 'k1' };
const delivery = { etag: '"1"' } as PreparedDelivery;
const key = { revokedAt: null } as KnownKey;

describe('the memory of a registry', () => {
  let folder: TemporaryFolder;
  let store: Store;
  /** As another process has it open. */
  let other: Store;
  let reads = 0;
  let kept: Memory;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openDataFolder(folder.path);
    other = await openDataFolder(folder.path);
    reads = 0;
    const read: Store['read'] = work => {
      reads++;
      return store.read(work);
    };
    // A proxy, since the store's own methods know their private fields.
    kept = memory(
      new Proxy(store, {
        get: (target, name) => {
          if (name === 'read') return read;
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
      integrity({ onBroken: error => assert.fail(error), onFault: error => assert.fail(String(error)) }),
    );
  });
  afterEach(async () => {
    await other.close();
    await store.close();
    await folder[Symbol.asyncDispose]();
  });

  const placesIn = ({ kept: { deliveries } }: Loaded): Places => {
    const byEnvironment = deliveries['text/plain'];
    const places = byEnvironment.get(PRODUCTION) ?? new Map();
    byEnvironment.set(PRODUCTION, places);
    return places;
  };
  const keepBoth = (loaded: Loaded): void => {
    for (const name of [A, B]) loaded.keepDelivery(placesIn(loaded), `/v1/prompts/${name}`, name, delivery);
    loaded.keepKey('key1', key);
    loaded.keepKey('key2', key);
  };
  const keeping = async (): Promise<string[]> => {
    const loaded = await kept.load();
    return [...placesIn(loaded).keys(), ...loaded.kept.keys.keys()];
  };
  const ALL = ['/v1/prompts/team/a', '/v1/prompts/team/b', 'key1', 'key2'];
  const append = (to: Store, event: NewEvent) =>
    to.write(transaction => appendEvent(transaction, to.now, () => event));

  const cases: readonly (readonly [NewEvent, readonly string[]])[] = [
    [
      { ...author, kind: 'prompt.archived', prompt: A, data: { reason: '' } },
      ['/v1/prompts/team/b', 'key1', 'key2'],
    ],
    [
      { ...author, kind: 'key.revoked', environment: PRODUCTION, data: { id: 'key1' } },
      ['/v1/prompts/team/a', '/v1/prompts/team/b', 'key2'],
    ],
    [
      {
        ...author,
        kind: 'promotion.approved',
        prompt: A,
        environment: PRODUCTION,
        data: { promotion: '5', comment: '' },
      },
      ALL,
    ],
  ];
  for (const [event, left] of cases)
    it(`forgets after ${event.kind} what that is about, and nothing else`, async () => {
      keepBoth(await kept.load());
      assert.deepEqual(await keeping(), ALL);
      await append(other, event);
      assert.deepEqual(await keeping(), left);
    });

  it('forgets every delivery when a policy changes', async () => {
    keepBoth(await kept.load());
    const [environment] = await store.read(snapshot =>
      snapshot.selectFrom('environments').selectAll().where('name', '=', PRODUCTION).execute(),
    );
    const policy = JSON.parse(environment?.policy ?? '');
    await append(other, {
      ...author,
      kind: 'environment.set',
      environment: PRODUCTION,
      data: { position: 2, policy },
    });
    assert.deepEqual(await keeping(), ['key1', 'key2']);
  });

  it('does not keep what was read before an event that may have changed it', async () => {
    const before = await kept.load();
    await append(other, { ...author, kind: 'prompt.archived', prompt: A, data: { reason: '' } });
    await kept.load();
    keepBoth(before);
    assert.deepEqual(await keeping(), []);
  });

  it('asks the store once for all who come after one change', async () => {
    await kept.load();
    await append(other, { ...author, kind: 'prompt.archived', prompt: A, data: { reason: '' } });
    reads = 0;
    await Promise.all(Array.from({ length: 20 }, () => kept.load()));
    assert.equal(reads, 1);
    assert.ok(kept.present());
  });

  it('forgets everything when more has happened than is worth reading', async () => {
    keepBoth(await kept.load());
    await other.write(async transaction => {
      for (let each = 0; each < 201; each++)
        await appendEvent(transaction, other.now, () => ({
          ...author,
          kind: 'prompt.archived',
          prompt: parsePromptName('team/c'),
          data: { reason: '' },
        }));
    });
    assert.deepEqual(await keeping(), []);
  });
});
