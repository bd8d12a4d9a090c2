import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { DATABASE_FILE } from '../../src/registry/data-folder.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { SQLITE_MIGRATIONS } from '../../src/registry/store/sqlite/migrations.ts';
import { openSqliteStore } from '../../src/registry/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry, assertProblem, type Json } from './a-registry.ts';
import { anOlderRegistry, contentsOf, fillOlder } from './an-older-registry.ts';

const NEWEST = SQLITE_MIGRATIONS.length;

async function anOlderFile(file: string, version: number): Promise<void> {
  const { contents } = await anOlderRegistry();
  using database = new DatabaseSync(file);
  database.exec('PRAGMA application_id = 0x50465247');
  const older = {
    execute: (sql: string, parameters: readonly (string | number | null)[] = []) =>
      parameters.length === 0 ? database.exec(sql) : database.prepare(sql).run(...parameters),
    columnsOf: (table: string) =>
      database
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name }) => String(name)),
    parameter: () => '?',
  };
  await fillOlder(older, SQLITE_MIGRATIONS, version, contents);
}

describe('a data folder of an older version', () => {
  for (let version = 1; version < NEWEST; version++)
    it(`migrates from schema ${version} to ${NEWEST}, by several processes at once, and keeps its data`, async () => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, DATABASE_FILE);
      await anOlderFile(file, version);
      const opened = await Promise.all([1, 2, 3].map(() => openSqliteStore(file, () => new Date())));
      const { contents } = await anOlderRegistry();
      for (const store of opened) {
        assert.deepEqual(await contentsOf(store), contents);
        const rows = await store.read(snapshot =>
          snapshot.selectFrom('schema_versions').select('version').execute(),
        );
        assert.equal(rows.length, NEWEST);
        await store.close();
      }
    });
  it('has no origins after migration, and stores and verifies them for new versions', async () => {
    await using folder = await temporaryFolder();
    await anOlderFile(join(folder.path, DATABASE_FILE), NEWEST - 1);
    await using registry = await aRegistry({ folder: folder.path });
    const { key } = await anOlderRegistry();
    const options = { headers: { authorization: `Bearer ${key}` } };
    const origin = { commit: 'c0ffee7' };
    const next = { source: 'three', message: '', base: 2, origin };
    assert.equal((await registry.call('POST', '/v1/prompts/p/-/versions', next, options)).status, 201);
    const { json } = await registry.call('GET', '/v1/prompts/p/-/versions', undefined, options);
    assert.deepEqual(
      json.data.map((each: Json) => each.origin),
      [origin, undefined, undefined],
    );
    assert.equal(
      (await verifyRegistry(registry.store)).seq,
      (await contentsOf(registry.store))['events']?.length,
    );
  });
  it('accepts names with capitals after migration, but none that differs only by case', async () => {
    await using folder = await temporaryFolder();
    await anOlderFile(join(folder.path, DATABASE_FILE), NEWEST - 1);
    await using registry = await aRegistry({ folder: folder.path });
    const { contents, key } = await anOlderRegistry();
    const headers = { authorization: `Bearer ${key}` };
    const content = { source: 'Text', message: '', base: null };
    const taken = await registry.call('POST', '/v1/prompts/P/-/versions', content, { headers });
    assertProblem(taken, 409, 'name_taken', /"p"/);
    await registry.publish('Q', 'Text', null, { headers });
    const [older, now] = [contents, await contentsOf(registry.store)].map(each => each['events'] ?? []);
    for (const event of older ?? []) assert.ok(now?.some(each => isDeepStrictEqual(each, event)));
  });
});
