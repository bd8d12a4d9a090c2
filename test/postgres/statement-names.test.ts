/** Statements that are asked often have names in the database, where that is sure to be harmless. */
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { statementNames } from '../../src/registry/store/postgres/statement-names.ts';
import type { ReadSnapshot, Store } from '../../src/registry/store/store.ts';
import { aDatabase, type DatabaseForTest, PATIENT } from './a-database.ts';
import { aProxy } from './a-proxy.ts';

describe('names of statements', () => {
  it('are given to what was asked five times, one for each, and to no more than a connection may keep', () => {
    const names = statementNames();
    const asked = (sql: string) => names.nameOf(sql);
    assert.deepEqual(
      Array.from({ length: 4 }, () => asked('a')),
      Array(4).fill(undefined),
    );
    const name = asked('a');
    assert.match(name ?? '', /^promptforge_1_[0-9a-f]{32}$/);
    assert.equal(asked('a'), name);
    const all = new Set<string>();
    for (let time = 0; time < 6; time++)
      for (let n = 0; n < 900; n++) {
        const given = asked(`statement ${n}`);
        if (given !== undefined) all.add(given);
      }
    assert.equal(all.size, 255);
    assert.ok(!all.has(name ?? ''));
    assert.equal(asked('a'), name, 'what has a name keeps it');
    names.renew();
    for (let time = 0; time < 4; time++) assert.equal(asked('a'), undefined);
    const other = asked('a') ?? '';
    assert.ok(other !== '' && other !== name && !all.has(other), 'no name is given twice');
  });

  it('mean the same statement in every process', () => {
    const [one, other] = [statementNames(), statementNames()];
    const often = ({ nameOf }: typeof one, sql: string) =>
      Array.from({ length: 5 }, () => nameOf(sql)).at(-1) ?? '';
    often(one, 'a');
    assert.equal(often(one, 'b'), often(other, 'b'));
    assert.notEqual(often(one, 'a'), often(one, 'b'));
  });

  it('are given to no more characters than the database has room for, whatever is long', () => {
    const names = statementNames();
    const often = (sql: string) => Array.from({ length: 5 }, () => names.nameOf(sql)).at(-1);
    const long = Array.from({ length: 20 }, (_, n) => `statement ${n} ${' '.repeat(24 * 1024)}`);
    const named = () => long.filter(sql => names.nameOf(sql) !== undefined).length;
    for (const sql of long) often(sql);
    assert.equal(named(), 10);
    assert.notEqual(often('short'), undefined, 'there is room left for it');
    names.renew();
    for (const sql of long) often(sql);
    assert.equal(named(), 10, 'and again with other names');
    assert.equal(often('x'.repeat(1024 * 1024)), undefined);
  });

  it('are not counted for what is asked once, however much of it there is', () => {
    const names = statementNames();
    for (let n = 0; n < 5000; n++) assert.equal(names.nameOf(`statement ${n}`), undefined);
    for (let time = 0; time < 4; time++) names.nameOf('a');
    assert.notEqual(names.nameOf('a'), undefined);
  });
});

describe('the database', () => {
  const ENVIRONMENTS = defaultEnvironments(0);
  const open = (url: string): Promise<Store> =>
    openDatabase(url, { environments: ENVIRONMENTS, patience: PATIENT, connections: 1 });
  const [{ name: DEVELOPMENT } = { name: '' as never }] = ENVIRONMENTS;
  const rowOf = async (snapshot: ReadSnapshot): Promise<object | undefined> =>
    snapshot.selectFrom('environments').selectAll().where('name', '=', DEVELOPMENT).executeTakeFirst();
  /** Of the one connection of a store. */
  const namesIn = (store: Store): Promise<string[]> =>
    store.read(async snapshot => {
      const rows = await snapshot
        .selectFrom('pg_prepared_statements' as never)
        .select('name' as never)
        .execute();
      return rows.map(({ name }) => String(name));
    });
  const addColumn = (database: DatabaseForTest, name: string) =>
    database.sql(`ALTER TABLE environments ADD COLUMN ${name} integer NOT NULL DEFAULT 7`);

  it('keeps what is asked often by its name', async () => {
    await using database = await aDatabase();
    const store = await open(database.url);
    try {
      const before = await namesIn(store);
      for (let time = 0; time < 6; time++) await store.read(rowOf);
      assert.equal((await namesIn(store)).length, before.length + 1);
    } finally {
      await store.close();
    }
  });

  it('is told no names behind a pooler, which may give each transaction another connection', async () => {
    await using database = await aDatabase();
    await using proxy = await aProxy(database.url);
    proxy.hideProcesses();
    const store = await open(proxy.through(database.url));
    try {
      for (let time = 0; time < 8; time++) await store.read(rowOf);
      assert.deepEqual(await namesIn(store), []);
    } finally {
      await store.close();
    }
  });

  it('answers on when its schema was changed since it was told a name', async () => {
    await using database = await aDatabase();
    const store = await open(database.url);
    try {
      const row = await store.read(rowOf);
      for (let time = 0; time < 6; time++) await store.read(rowOf);
      await addColumn(database, 'one');
      assert.deepEqual(await store.read(rowOf), { ...row, one: 7 });
      for (let time = 0; time < 6; time++) await store.read(rowOf);
      await addColumn(database, 'other');
      assert.deepEqual(await store.write(rowOf), { ...row, one: 7, other: 7 });
    } finally {
      await store.close();
    }
  });

  it('answers on without names where it does not know those that it was told', async () => {
    await using database = await aDatabase();
    const store = await open(database.url);
    try {
      const row = await store.read(rowOf);
      for (let time = 0; time < 6; time++) await store.read(rowOf);
      assert.notDeepEqual(await namesIn(store), []);
      await store.read(snapshot => sql`DEALLOCATE ALL`.execute(snapshot));
      assert.deepEqual(await store.write(rowOf), row);
      for (let time = 0; time < 6; time++) assert.deepEqual(await store.read(rowOf), row);
      assert.deepEqual(await namesIn(store), []);
    } finally {
      await store.close();
    }
  });

  it('answers on without names where it knows one that it was not told', async () => {
    await using database = await aDatabase();
    const store = await open(database.url);
    try {
      const row = await store.read(rowOf);
      for (let time = 0; time < 6; time++) await store.read(rowOf);
      const names = await namesIn(store);
      await store.close();
      const other = await open(database.url);
      try {
        for (const name of names)
          await other.read(snapshot => sql`PREPARE ${sql.id(name)} AS SELECT 1`.execute(snapshot));
        for (let time = 0; time < 8; time++) assert.deepEqual(await other.write(rowOf), row);
      } finally {
        await other.close();
      }
    } finally {
      await store.close();
    }
  });
});
