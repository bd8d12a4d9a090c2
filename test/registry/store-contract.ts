/** What every store must do, whatever engine is behind it. `open` opens another connection to the same data. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { CHAIN_START, type ChainHead, type NewEvent, validateNextEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { appendEvent, eventsAfter } from '../../src/registry/store/log.ts';
import type { Store } from '../../src/registry/store/store.ts';

/** In ms: a wait that ends at all ends because it was woken. */
const NEVER = 24 * 60 * 60_000;

export interface OpenedStores extends AsyncDisposable {
  open(): Promise<Store>;
  /** A statement of this engine alone that would put something else in the place of rows. */
  replace(table: 'events' | 'versions'): RawBuilder<unknown>;
}

const change = (reason: string): NewEvent<'prompt.archived'> => ({
  actor: 'mara',
  key: 'k1',
  kind: 'prompt.archived',
  prompt: parsePromptName('a/b'),
  data: { reason },
});

export function describeStore(engine: string, make: () => Promise<OpenedStores>): void {
  describe(`the store on ${engine}`, () => {
    let stores: OpenedStores;
    let store: Store;
    beforeEach(async () => {
      stores = await make();
      store = await stores.open();
    });
    afterEach(() => stores[Symbol.asyncDispose]());
    const append = (to: Store, reason: string) =>
      to.write(transaction => appendEvent(transaction, to.now, () => change(reason)));
    const events = (from: Store) => from.read(snapshot => eventsAfter(snapshot, 0, 10_000));

    it('commits all of a write or nothing', async () => {
      const before = await events(store);
      const fault = new Error('in between');
      const failed = store.write(async transaction => {
        await appendEvent(transaction, store.now, () => change('lost'));
        await transaction
          .insertInto('idempotency')
          .values({ owner: 'o', idempotency_key: 'k', request: 'r', status: 200, body: '', at: '' })
          .execute();
        throw fault;
      });
      await assert.rejects(failed, error => error === fault);
      assert.deepEqual(await events(store), before);
      const left = await store.read(snapshot => snapshot.selectFrom('idempotency').selectAll().execute());
      assert.deepEqual(left, []);
      await append(store, 'works on');
    });
    it('rolls back one of several concurrent writes, and commits the others', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, (_, n) =>
          store.write(async transaction => {
            await appendEvent(transaction, store.now, () => change(`change ${n}`));
            if (n % 3 === 0) throw new Error(`fault ${n}`);
            return n;
          }),
        ),
      );
      for (const [n, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') assert.equal(outcome.value, n);
        else assert.equal(outcome.reason.message, `fault ${n}`);
        assert.equal(outcome.status, n % 3 === 0 ? 'rejected' : 'fulfilled');
      }
      const reasons = (await events(store)).map(({ data }) => (data as { reason: string }).reason);
      const kept = Array.from({ length: 12 }, (_, n) => n).filter(n => n % 3 !== 0);
      assert.deepEqual(
        reasons,
        kept.map(n => `change ${n}`),
      );
    });
    it('keeps one hash chain when several connections write at once', async () => {
      const others = [store, await stores.open(), await stores.open()];
      await Promise.all(Array.from({ length: 30 }, (_, n) => append(others[n % 3] as Store, `change ${n}`)));
      let head: ChainHead = CHAIN_START;
      for (const event of await events(store)) {
        assert.equal(validateNextEvent(event, head), undefined);
        head = event;
      }
      const reasons = (await events(store)).map(event => (event.data as { reason?: string }).reason);
      for (let n = 0; n < 30; n++) assert.ok(reasons.includes(`change ${n}`));
    });
    for (const table of ['events', 'versions'] as const) {
      it(`refuses to change, replace or delete rows in ${table}`, async () => {
        const { seq } = await append(store, 'kept');
        await store.write(async transaction => {
          await sql`INSERT INTO versions (prompt, version, digest, source, message, author, published_at, bytes, partials, seq)
            VALUES ('a/b', 1, 'sha256:x', 'x', '', 'mara', '', 1, '{}', ${seq})`.execute(transaction);
        });
        const rows = () => store.read(snapshot => snapshot.selectFrom(table).selectAll().execute());
        const before = await rows();
        const column = table === 'events' ? 'actor' : 'source';
        for (const statement of [
          sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = 'forged'`,
          sql`DELETE FROM ${sql.table(table)}`,
          stores.replace(table),
          sql`INSERT INTO ${sql.table(table)} SELECT * FROM ${sql.table(table)} WHERE seq = ${seq}
            ON CONFLICT DO NOTHING`,
          sql`INSERT INTO ${sql.table(table)} SELECT * FROM ${sql.table(table)} WHERE seq = ${seq}
            ON CONFLICT (seq) DO UPDATE SET ${sql.ref(column)} = 'forged'`,
          sql`INSERT INTO ${sql.table(table)} SELECT * FROM ${sql.table(table)} WHERE seq = ${seq}`,
        ])
          await assert.rejects(
            store.write(transaction => statement.execute(transaction)),
            /never|only appended/,
          );
        assert.deepEqual(await rows(), before);
      });
    }
    it('has a revision that changes with every commit, of any connection', async () => {
      const other = await stores.open();
      const first = store.revision();
      assert.equal(store.revision(), first);
      await append(store, 'own');
      const second = store.revision();
      assert.notEqual(second, first);
      assert.equal(store.recentRevision(), second);
      await append(other, "another's");
      await store.changed(second, NEVER, new AbortController().signal);
      assert.notEqual(store.revision(), second);
      // What is recent is 5 ms old at most.
      await sleep(10);
      assert.equal(store.recentRevision(), store.revision());
    });
    it('sees its own commits at once, however recent the last revision is', async () => {
      const before = store.recentRevision();
      await append(store, 'own');
      assert.notEqual(store.recentRevision(), before);
    });
    it('knows the newest event as of its revision, whoever committed it', async () => {
      const other = await stores.open();
      const own = await append(store, 'own');
      assert.equal(store.newestSeq?.(), own.seq);
      const failing = (reason: string) =>
        store.write(async transaction => {
          await appendEvent(transaction, store.now, () => change(reason));
          throw new Error('It is taken back.');
        });
      await Promise.allSettled([
        append(store, 'one'),
        failing('two'),
        append(store, 'three'),
        failing('four'),
      ]);
      assert.equal(store.newestSeq?.(), (await events(store)).at(-1)?.seq);
      const since = store.revision();
      const theirs = await append(other, "another's");
      await store.changed(since, NEVER, new AbortController().signal);
      assert.equal(store.newestSeq?.(), theirs.seq);
    });
    it('wakes callers waiting for a change when it comes, when time is up or on request', async () => {
      const never = new AbortController().signal;
      const revision = store.revision();
      const woken = store.changed(revision, NEVER, never);
      await append(store, 'now');
      await woken;
      await store.changed(revision, NEVER, never);
      await store.changed(store.revision(), 20, never);
      const aborting = new AbortController();
      const waiting = store.changed(store.revision(), NEVER, aborting.signal);
      aborting.abort();
      await waiting;
      const closing = store.changed(store.revision(), NEVER, never);
      await store.close();
      await closing;
    });
    it('reads one snapshot, whatever is committed in the meantime', async () => {
      const other = await stores.open();
      await store.read(async snapshot => {
        const before = await eventsAfter(snapshot, 0, 10_000);
        await append(other, 'meanwhile');
        assert.deepEqual(await eventsAfter(snapshot, 0, 10_000), before);
      });
      assert.equal((await events(store)).at(-1)?.kind, 'prompt.archived');
    });
    it('stores any text unchanged', async () => {
      const reasons = ['', 'a\u0000b', '🐎\u2028', '"\\', '\ufeffx', 'e\u0301'];
      for (const reason of reasons) await append(store, reason);
      const kept = (await events(store)).slice(-reasons.length);
      assert.deepEqual(
        kept.map(event => (event.data as { reason: string }).reason),
        reasons,
      );
    });
    it('refuses calls once it is closed', async () => {
      await store.close();
      await store.close();
      await assert.rejects(events(store), { code: 'unavailable' });
    });
  });
}
