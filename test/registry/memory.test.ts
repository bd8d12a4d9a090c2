/** What is kept in memory: it is there as long as nothing changes it, and not for a moment longer. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import type { NewEvent, RegistryEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import type { KnownKey } from '../../src/registry/access/known-key.ts';
import { createKey } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { committedEvent } from '../../src/registry/delivery/committed-event.ts';
import type { CachedDelivery } from '../../src/registry/delivery/delivery-cache.ts';
import { canonicalTarget } from '../../src/registry/delivery/target.ts';
import { MAX_NEWS } from '../../src/registry/news.ts';
import { integrity } from '../../src/registry/proof/integrity.ts';
import { type Loaded, memory, type RegistryCache } from '../../src/registry/registry-cache.ts';
import { appendEvent } from '../../src/registry/store/log.ts';
import { notedIn } from '../../src/registry/store/noted.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { runs } from '../runs.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';

const A = parsePromptName('team/a');
const B = parsePromptName('team/b');
const PRODUCTION = parseEnvironmentName('production');
const STAGING = parseEnvironmentName('staging');
const STABLE = 'stable' as never;
const LATEST = 'latest' as never;
const author = { actor: 'mara', key: 'k1' };
const key = { revokedAt: null } as KnownKey;

describe('the delivery memory', () => {
  let folder: TemporaryFolder;
  let store: Store;
  /** As another process has it open. */
  let other: Store;
  let reads = 0;
  let away = false;
  /** What was read arrives after this. */
  let late: Promise<void> | undefined;
  let kept: RegistryCache;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openDataFolder(folder.path);
    other = await openDataFolder(folder.path);
    reads = 0;
    away = false;
    late = undefined;
    const read: Store['read'] = async work => {
      reads++;
      if (away) throw new Problem('unavailable', 'It is away.');
      const done = await store.read(work);
      await late;
      return done;
    };
    // A proxy, since the store's own methods know their private fields.
    kept = memory(
      new Proxy(store, {
        get: (target, name) => {
          if (name === 'read') return read;
          if (name === 'newestSeq' && away)
            return () => {
              throw new Problem('unavailable', 'It is away.');
            };
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
      {
        integrity: integrity({
          onBroken: error => assert.fail(error),
          onFault: error => assert.fail(String(error)),
        }),
      },
    );
  });
  afterEach(async () => {
    await other.close();
    await store.close();
    await folder[Symbol.asyncDispose]();
  });

  const deliveryOf = (prompt = A, channel = STABLE, environment = PRODUCTION): CachedDelivery => ({
    spec: { environment, representation: 'text/plain', prompt, wanted: { channel } },
    prepared: { etag: `"${prompt} ${channel}"`, bytes: 100 } as CachedDelivery['prepared'],
  });
  const all = [deliveryOf(A), deliveryOf(A, LATEST, STAGING), deliveryOf(B)];
  const keepAll = (loaded: Loaded): void => {
    for (const each of all) loaded.keepDelivery(each);
    loaded.keepKey('key1', key);
    loaded.keepKey('key2', key);
  };
  const keptIn = ({ kept: { deliveries, keys } }: Loaded): string[] => [
    ...all.flatMap(({ spec }) => {
      const found = deliveries.get(spec.environment, 'text/plain', canonicalTarget(spec));
      return found === undefined ? [] : `${spec.prompt} ${'channel' in spec.wanted && spec.wanted.channel}`;
    }),
    ...['key1', 'key2'].filter(id => keys.get(id) !== undefined),
  ];
  const keeping = async (): Promise<string[]> => keptIn(await kept.load());
  const ALL = ['team/a stable', 'team/a latest', 'team/b stable', 'key1', 'key2'];
  const append = (to: Store, event: NewEvent) =>
    to.write(async transaction => {
      await appendEvent(transaction, to.now, () => event);
      return [...notedIn(transaction).events];
    });

  const promoted: NewEvent = {
    ...author,
    kind: 'promotion.applied',
    prompt: A,
    version: 1 as never,
    environment: PRODUCTION,
    channel: STABLE,
    data: { promotion: '5', from: null, reason: '', rollback: false },
  };
  const cases: readonly (readonly [NewEvent, readonly string[]])[] = [
    [promoted, ['team/a latest', 'team/b stable', 'key1', 'key2']],
    [{ ...promoted, environment: STAGING }, ALL],
    [
      {
        ...author,
        kind: 'version.published',
        prompt: A,
        version: 1 as never,
        environment: STAGING,
        data: { digest: 'sha256:0' as never, base: null, message: '', bytes: 1, partials: {} },
      },
      ['team/a stable', 'team/b stable', 'key1', 'key2'],
    ],
    [
      { ...author, kind: 'key.revoked', environment: PRODUCTION, data: { id: 'key1' } },
      ['team/a stable', 'team/a latest', 'team/b stable', 'key2'],
    ],
    [{ ...author, kind: 'prompt.archived', prompt: A, data: { reason: '' } }, ALL],
  ];
  const changing = cases.filter(([, left]) => left !== ALL);
  for (const [event, left] of cases)
    it(`forgets after ${event.kind} in ${event.environment} only what that changes`, async () => {
      keepAll(await kept.load());
      assert.deepEqual(await keeping(), ALL);
      await append(other, event);
      assert.deepEqual(await keeping(), left);
    });

  it('forgets the deliveries of an environment when its policy changes', async () => {
    keepAll(await kept.load());
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
    assert.deepEqual(await keeping(), ['team/a latest', 'key1', 'key2']);
  });

  it('discards what was read before an event that may have changed it', async () => {
    const before = await kept.load();
    await append(other, promoted);
    await kept.load();
    keepAll(before);
    assert.deepEqual(await keeping(), []);
  });

  it('reads the store once for all callers after a change', async () => {
    await kept.load();
    await append(other, promoted);
    reads = 0;
    await Promise.all(Array.from({ length: 20 }, () => kept.load()));
    assert.equal(reads, 1);
    assert.ok(kept.present());
  });

  it('forgets everything when too many events happened to read', async () => {
    keepAll(await kept.load());
    await other.write(async transaction => {
      for (let each = 0; each <= MAX_NEWS; each++)
        await appendEvent(transaction, other.now, () => ({
          ...author,
          kind: 'prompt.archived',
          prompt: parsePromptName('team/c'),
          data: { reason: '' },
        }));
    });
    assert.deepEqual(await keeping(), []);
  });

  describe('when this process reports its commit before reading it,', () => {
    const made = (prompt = A) => {
      const fresh = {
        ...deliveryOf(prompt),
        prepared: { etag: '"new"', bytes: 100 } as CachedDelivery['prepared'],
      };
      return { spec: fresh.spec, read: { ready: fresh } };
    };
    const etag = async (): Promise<string | undefined> => {
      const { kept: now } = await kept.load();
      return now.deliveries.get(PRODUCTION, 'text/plain', canonicalTarget(deliveryOf().spec))?.etag;
    };

    it('delivers the result, even if the store is unavailable from then on', async () => {
      keepAll(await kept.load());
      const events = await append(store, promoted);
      away = true;
      await kept.committed({ events, made: [{ ...made(), seq: events[0]?.seq ?? 0 }] });
      assert.equal(await etag(), '"new"');
      const { age } = await kept.load();
      assert.ok(age !== undefined && age >= 0);
    });

    it('refuses a key the commit revoked', async () => {
      keepAll(await kept.load());
      const revoked = {
        ...author,
        kind: 'key.revoked',
        environment: PRODUCTION,
        data: { id: 'key1' },
      } as const;
      const events = await append(store, revoked);
      away = true;
      await kept.committed({ events, made: [] });
      assert.ok(!(await keeping()).includes('key1'));
    });

    it('ignores the report when the log has moved on, as it was already read', async () => {
      keepAll(await kept.load());
      const events = await append(store, promoted);
      await append(other, promoted);
      await kept.load();
      await kept.committed({ events, made: [{ ...made(), seq: events[0]?.seq ?? 0 }] });
      assert.equal(await etag(), undefined);
    });

    it('keeps the report over older reads', async () => {
      const before = await kept.load();
      const events = await append(store, promoted);
      await kept.committed({ events, made: [{ ...made(), seq: events[0]?.seq ?? 0 }] });
      keepAll(before);
      assert.equal(await etag(), '"new"');
    });
  });

  const tellings = {
    'this thread': (events: readonly RegistryEvent[]) => kept.committed({ events, made: [] }),
    'another thread': (events: readonly RegistryEvent[]) =>
      kept.committedElsewhere(events.map(committedEvent), []),
  };
  for (const [who, tell] of Object.entries(tellings))
    describe(`when ${who} reports a commit,`, () => {
      it('discards older reads of its key', async () => {
        const made = { environment: PRODUCTION, role: 'reader', actor: 'app', expiresAt: null } as const;
        const { id } = await createKey(other, made);
        await kept.load();
        const about = { ...author, environment: PRODUCTION } as const;
        await append(other, { ...about, kind: 'key.expiry_set', data: { id, expiresAt: null } });
        const { promise, resolve } = Promise.withResolvers<void>();
        late = promise;
        const loading = kept.load();
        const events = await append(other, { ...about, kind: 'key.revoked', data: { id } });
        const told = tell(events);
        resolve();
        await Promise.all([loading, told]);
        away = true;
        assert.equal((await kept.load()).kept.keys.get(id), undefined);
      });

      for (const use of ['load', 'present'] as const)
        it(`discards older reads of its key, with a ${use} in between`, async () => {
          const about = { ...author, environment: PRODUCTION } as const;
          const { id } = await createKey(other, { ...about, role: 'reader', expiresAt: null });
          await kept.load();
          const set = await append(other, {
            ...about,
            kind: 'key.expiry_set',
            data: { id, expiresAt: null },
          });
          const { promise, resolve } = Promise.withResolvers<void>();
          late = promise;
          const loading = kept.load();
          const revoked = await append(other, { ...about, kind: 'key.revoked', data: { id } });
          const told = [tell(set), tell(revoked)];
          await sleep(6);
          const used = kept[use]();
          resolve();
          await Promise.all([loading, used, ...told]);
          assert.equal((await kept.load()).kept.keys.get(id), undefined);
        });

      it('does not deliver what the commit changed, even if the store is unavailable from then on', async () => {
        await fc.assert(
          fc.asyncProperty(fc.subarray(changing, { minLength: 1 }), fc.boolean(), async (some, during) => {
            away = false;
            late = undefined;
            keepAll(await kept.load());
            const { promise, resolve } = Promise.withResolvers<void>();
            let loading: Promise<unknown> | undefined;
            if (during) {
              // A reading that began before it ends after it.
              await append(other, { ...promoted, prompt: B });
              late = promise;
              loading = kept.load();
            }
            const events: RegistryEvent[] = [];
            for (const [event] of some) events.push(...(await append(other, event)));
            away = true;
            const told = tell(events).catch(() => {});
            resolve();
            await Promise.all([loading, told]);
            const left = keptIn(await kept.load());
            for (const [, unchanged] of some)
              for (const each of left) assert.ok(unchanged.includes(each), each);
          }),
          { numRuns: 30 },
        );
      });
    });

  it('is used at once after reported commits, and not after others', async () => {
    const [published] = cases[2] ?? assert.fail();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('told', 'other', 'load'), { minLength: 1, maxLength: 6 }),
        async steps => {
          await kept.load();
          let others = 0;
          for (const step of steps) {
            if (step === 'load') {
              await kept.load();
              others = 0;
            } else {
              const events = await append(other, { ...published, prompt: B });
              if (step === 'other') others++;
              else await kept.committedElsewhere(events.map(committedEvent), []);
            }
            // A commit of others shows within 5 ms.
            await sleep(6);
            reads = 0;
            assert.equal(kept.present() !== undefined, others === 0, `${steps.join(', ')}: ${step}`);
            assert.equal(reads, 0);
          }
        },
      ),
      { numRuns: runs(200, 20) },
    );
  });
});
