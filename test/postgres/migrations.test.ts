import assert from 'node:assert/strict';
import { Client } from 'pg';
import { migrateDatabase, openDatabase } from '../../src/registry/database.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { POSTGRES_MIGRATIONS, REGISTRY_TABLE } from '../../src/registry/store/postgres/migrations.ts';
import { aRegistry, ask, assertProblem } from '../registry/a-registry.ts';
import { anOlderRegistry, contentsOf, fillOlder } from '../registry/an-older-registry.ts';
import { aDatabase, type DatabaseForTest, migratedTemplate, PATIENT } from './a-database.ts';

const NEWEST = POSTGRES_MIGRATIONS.length;

async function fill(database: DatabaseForTest, version: number): Promise<void> {
  const client = new Client(database.url);
  await client.connect();
  await client.query(REGISTRY_TABLE);
  const older = {
    execute: (sql: string, parameters: readonly (string | number | null)[] = []) =>
      client.query(sql, [...parameters]),
    async columnsOf(table: string) {
      const known = await client.query(
        'SELECT column_name FROM information_schema.columns WHERE table_name = $1',
        [table],
      );
      return known.rows.map(({ column_name }) => String(column_name));
    },
    parameter: (index: number) => `$${index}`,
  };
  const { contents } = await anOlderRegistry();
  await fillOlder(older, POSTGRES_MIGRATIONS, version, contents);
  await client.end();
}

describe('a database', () => {
  it('that a newer version brought forward takes no writes of this one, which goes on to deliver', async () => {
    await using database = await aDatabase(undefined, await migratedTemplate());
    const store = await openDatabase(database.url, { patience: PATIENT });
    await using registry = await aRegistry({ store });
    await registry.publish('p', 'one', null);
    await registry.promote('p', 1, 'development');
    await database.sql('UPDATE promptforge_registry SET schema_version = 99');
    const next = { source: 'two', message: '', base: 1 };
    const refused = await registry.call('POST', '/v1/prompts/p/-/versions', next);
    assertProblem(refused, 503, 'unavailable', /schema 99.*start this process with that version/);
    assert.equal((await registry.call('GET', '/v1/prompts/p')).text, 'one');
    await database.sql(`UPDATE promptforge_registry SET schema_version = ${NEWEST}`);
    await registry.publish('p', 'two', 1);
  });
  it('gets its schema once, however many processes bring it forward at the same time', async () => {
    await using database = await aDatabase();
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => migrateDatabase(database.url)));
    assert.deepEqual(
      outcomes.map(({ to }) => to),
      [NEWEST, NEWEST, NEWEST, NEWEST],
    );
    assert.equal(outcomes.filter(({ from }) => from === 0).length, 1, 'one of them did it');
    const kept = await database.sql('SELECT version FROM schema_versions ORDER BY version');
    assert.deepEqual(
      kept.map(({ version }) => version),
      POSTGRES_MIGRATIONS.map((_, index) => index + 1),
    );
  });
  for (let version = 1; version < NEWEST; version++)
    it(`is brought from schema ${version} to ${NEWEST} while an older process reads and writes, and holds the same`, async () => {
      await using database = await aDatabase();
      await fill(database, version);
      const before = (await anOlderRegistry()).contents['promotions']?.length;
      const client = new Client(database.url);
      await client.connect();
      let over = false;
      let reads = 0;
      const older = (async () => {
        for (let last = false; !last; ) {
          last = over;
          await client.query('BEGIN');
          await client.query('UPDATE promptforge_registry SET revision = revision + 1');
          const { rows } = await client.query('SELECT id, state, applied_at FROM promotions');
          assert.equal(rows.length, before);
          await client.query('COMMIT');
          reads++;
        }
      })();
      const outcomes = await Promise.all([migrateDatabase(database.url), migrateDatabase(database.url)]);
      over = true;
      await older;
      await client.end();
      assert.ok(reads >= 1);
      assert.deepEqual(
        outcomes.map(({ from }) => from).sort((one, other) => one - other),
        [version, NEWEST],
      );
      const { contents, key } = await anOlderRegistry();
      const store = await openDatabase(database.url, { patience: PATIENT });
      await using registry = await aRegistry({ store });
      assert.deepEqual(await contentsOf(registry.store), contents);
      const authorization = { authorization: `Bearer ${key}` };
      assert.equal((await ask(registry.url, 'GET', '/v1/prompts/p', undefined, authorization)).text, 'one');
      const content = { source: 'Text', message: '', base: null };
      const taken = await ask(registry.url, 'POST', '/v1/prompts/P/-/versions', content, authorization);
      assertProblem(taken, 409, 'name_taken', /"p"/);
      const next = { source: 'three', message: '', base: 2, origin: { commit: 'c0ffee7' } };
      const made = await ask(registry.url, 'POST', '/v1/prompts/p/-/versions', next, authorization);
      assert.deepEqual([made.status, made.json.origin], [201, { commit: 'c0ffee7' }]);
      await verifyRegistry(registry.store);
    });
});
