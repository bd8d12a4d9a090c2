/** The role that serves, with exactly the grants of docs/postgres.md. That it can do all else, the HTTP tests show. */
import assert from 'node:assert/strict';
import { Client } from 'pg';
import { openDatabase } from '../../src/registry/database.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { aServedDatabase, PATIENT } from './a-database.ts';

const REFUSED = [
  `UPDATE events SET actor = 'nobody'`,
  `DELETE FROM events`,
  `TRUNCATE events CASCADE`,
  `UPDATE versions SET source = 'forged'`,
  `DELETE FROM versions WHERE version = 1`,
  `TRUNCATE versions CASCADE`,
  `ALTER TABLE events DISABLE TRIGGER ALL`,
  `ALTER TABLE versions DISABLE TRIGGER versions_append_only`,
  `DROP TRIGGER events_append_only ON events`,
  `DROP TABLE events CASCADE`,
  `ALTER TABLE events OWNER TO prompts_server`,
  `CREATE OR REPLACE FUNCTION promptforge_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
  `CREATE RULE forged AS ON INSERT TO events DO INSTEAD NOTHING`,
  `CREATE TABLE public.events_of_mine (seq BIGINT)`,
  `SET session_replication_role = replica`,
  `SET ROLE prompts_owner`,
  `INSERT INTO schema_versions (version, applied_at) VALUES (99, '')`,
  `DELETE FROM promptforge_registry`,
  `DELETE FROM keys`,
];

describe('the role that serves', () => {
  it('can rewrite neither events nor versions, nor what guards them, while it serves', async () => {
    await using database = await aServedDatabase();
    await using registry = await aRegistry({
      store: await openDatabase(database.asServer, { patience: PATIENT }),
    });
    await registry.publish('p', 'kept', null);
    const before = await database.sql('SELECT * FROM events ORDER BY seq');
    const client = new Client(database.asServer);
    await client.connect();
    for (const statement of REFUSED)
      await assert.rejects(client.query(statement), { code: '42501' }, statement);
    // A grant of what one may not grant is no error in SQL, and does nothing.
    await client.query('GRANT ALL ON events TO prompts_server').catch(() => {});
    await assert.rejects(client.query(`UPDATE events SET actor = 'nobody'`), { code: '42501' });
    await client.end();
    assert.deepEqual(await database.sql('SELECT * FROM events ORDER BY seq'), before);
    await registry.publish('p', 'goes on', 1);
  });
  it('is told to ask the owner when the schema is to be brought forward', async () => {
    await using database = await aServedDatabase();
    await database.sql('DELETE FROM schema_versions WHERE version > 1');
    await assert.rejects(openDatabase(database.asServer), {
      code: 'older_schema',
      message: /schema 1 of an older PromptForge.*Run "promptforge migrate --database" as a user who owns it/,
    });
  });
});
