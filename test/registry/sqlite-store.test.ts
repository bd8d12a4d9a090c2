import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { sql } from 'kysely';
import { openSqliteStore } from '../../src/registry/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { describeStore } from './store-contract.ts';

describeStore('SQLite', async () => {
  const folder = await temporaryFolder();
  const opened: Store[] = [];
  return {
    async open() {
      const store = await openSqliteStore(join(folder.path, 'test.db'), () => new Date());
      opened.push(store);
      return store;
    },
    replace: table => sql`INSERT OR REPLACE INTO ${sql.table(table)} SELECT * FROM ${sql.table(table)}`,
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
});

describe('a SQLite store', () => {
  it('syncs every commit to the disk, in WAL mode', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'test.db');
    const store = await openSqliteStore(file, () => new Date());
    const pragma = (name: string) =>
      store.write(async transaction => {
        const { rows } = await sql<Record<string, unknown>>`PRAGMA ${sql.raw(name)}`.execute(transaction);
        return rows[0]?.[name];
      });
    assert.equal(await pragma('journal_mode'), 'wal');
    assert.equal(await pragma('synchronous'), 2);
    assert.equal(await pragma('foreign_keys'), 1);
    await store.close();
  });
  it('returns each value under its own name, even after another process changed the column order', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'test.db');
    const store = await openSqliteStore(file, () => new Date());
    const other = new DatabaseSync(file);
    try {
      other.exec("CREATE TABLE things (a TEXT, b TEXT); INSERT INTO things VALUES ('a', 'b')");
      const all = async () =>
        store.read(async snapshot => [
          (await sql`SELECT * FROM things`.execute(snapshot)).rows,
          (await sql`SELECT a, b AS c FROM things`.execute(snapshot)).rows,
        ]);
      assert.deepEqual((await all()).map(plain), [[{ a: 'a', b: 'b' }], [{ a: 'a', c: 'b' }]]);
      other.exec('DROP TABLE things; CREATE TABLE things (c TEXT, b TEXT, a TEXT)');
      other.exec("INSERT INTO things VALUES ('c', 'b', 'a')");
      assert.deepEqual((await all()).map(plain), [[{ c: 'c', b: 'b', a: 'a' }], [{ a: 'a', c: 'b' }]]);
    } finally {
      other.close();
      await store.close();
    }
  });
  it('returns the same rows on a Node whose SQLite returns only objects', async () => {
    await using folder = await temporaryFolder();
    const lists = StatementSync.prototype.setReturnArrays;
    const read = async (name: string) => {
      const store = await openSqliteStore(join(folder.path, name), () => new Date(0));
      try {
        return await store.read(snapshot =>
          snapshot.selectFrom('schema_versions').select(['version', 'applied_at']).execute(),
        );
      } finally {
        await store.close();
      }
    };
    const expected = await read('lists.db');
    assert.ok(expected.length > 0);
    // @ts-expect-error as Node 22.13 has it
    delete StatementSync.prototype.setReturnArrays;
    try {
      assert.deepEqual(plain(await read('objects.db')), plain(expected));
    } finally {
      StatementSync.prototype.setReturnArrays = lists;
    }
  });
  it('reports that it is busy when another process writes for too long, without blocking this one', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'test.db');
    const store = await openSqliteStore(file, () => new Date());
    const other = new DatabaseSync(file);
    try {
      other.exec('BEGIN IMMEDIATE');
      let ticks = 0;
      const ticking = setInterval(() => ticks++, 50);
      const failed = store.write(async () => assert.fail('it has the lock'));
      await assert.rejects(failed, { code: 'unavailable', message: /busy/ });
      clearInterval(ticking);
      // Of a hundred; one at most where the thread was blocked.
      assert.ok(ticks > 2, `other work went on (${ticks})`);
      other.exec('ROLLBACK');
      assert.equal(await store.write(async () => 'again'), 'again');
    } finally {
      other.close();
      await store.close();
    }
  });
});

/** Objects of node:sqlite have no prototype. */
function plain(rows: readonly unknown[]): readonly unknown[] {
  return rows.map(row => ({ ...(row as object) }));
}
