import assert from 'node:assert/strict';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import type { Caller } from '../../src/registry/access/caller.ts';
import { copyRegistry, TABLES } from '../../src/registry/copy.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { publish } from '../../src/registry/prompts/publish.ts';
import { startServer } from '../../src/registry/serving/server.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, ask, type RegistryForTest } from '../registry/a-registry.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { aDatabase, type DatabaseForTest, migratedTemplate, PATIENT } from './a-database.ts';

/** Every row of every table, those of a table in the order of their text. */
function contents(store: Store): Promise<Record<string, string[]>> {
  return store.read(async snapshot => {
    const all: Record<string, string[]> = {};
    for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
      const rows = await snapshot.selectFrom(table).selectAll().execute();
      all[table] = rows.map(row => JSON.stringify(Object.entries(row).sort())).sort();
    }
    return all;
  });
}

/** So many versions of `many`, in one transaction: by a request for each it would take seconds. */
async function publishMany(store: Store, count: number): Promise<void> {
  const environment = parseEnvironmentName('development');
  const author: Caller = { actor: 'admin.of.development', key: 'embedded', role: 'admin', environment };
  const many = parsePromptName('many');
  const sources = await Promise.all(
    Array.from({ length: count }, (_, index) => prepareSource(many, `text ${index + 1}`)),
  );
  await store.write(async transaction => {
    for (const [index, source] of sources.entries()) {
      const content = { message: 'About many', base: index === 0 ? null : parseVersionNumber(index) };
      await publish(transaction, store.now, author, many, source, content);
    }
  });
}

/** A release, comments at lines, and owners. */
async function reviewSome({ call, publish: publishOne }: RegistryForTest): Promise<void> {
  await publishOne('other', 'one', null);
  const items = [
    { prompt: 'many', version: 9, from: 8 },
    { prompt: 'other', version: 1, from: null },
  ];
  const where = { environment: 'development', channel: 'stable', reason: 'Both', atomic: true };
  assert.equal((await call('POST', '/v1/releases', { ...where, items })).status, 201);
  const comments = '/v1/prompts/many/-/comments';
  for (const text of ['First', 'Second']) {
    const { json } = await call('POST', comments, { version: 9, line: 1, text });
    assert.equal((await call('PUT', `${comments}/${json.id}`, { text: `${text}, edited` })).status, 200);
    if (text === 'Second') assert.equal((await call('DELETE', `${comments}/${json.id}`)).status, 200);
  }
  const owners = { text: 'owned/** @admin.of.development', reason: 'Theirs', expected: null };
  assert.equal((await call('POST', '/v1/environments/development/owners', owners)).status, 201);
}

describe('copying a registry', () => {
  let folder: TemporaryFolder;
  let registry: RegistryForTest;
  let database: DatabaseForTest;
  const opened: Store[] = [];
  let folders = 0;
  const open = async (store: Promise<Store>): Promise<Store> => {
    const made = await store;
    opened.push(made);
    return made;
  };
  const emptyFolder = () => open(openDataFolder(`${folder.path}/to-${++folders}`, { environments: [] }));
  const emptyDatabase = () => open(openDatabase(database.url, { environments: null, patience: PATIENT }));

  before(async () => {
    folder = await temporaryFolder();
    registry = await aRegistry({ folder: `${folder.path}/from` });
    // More rows than go into one statement, and sources that do so by their size alone.
    await publishMany(registry.store, 300);
    for (const name of ['large', 'larger', 'largest'])
      await registry.publish(name, '🐎\r\n'.repeat(150_000), null, { headers: { 'idempotency-key': name } });
    await registry.promote('many', 7, 'development');
    await registry.promote('many', 8, 'development');
    await registry.key('production', 'reader');
    await reviewSome(registry);
    // When keys were used is written a moment later, and nothing may change below the tests: this use comes last.
    await registry.call('GET', '/v1/prompts/many', undefined, { as: 'development reader last' });
    await eventually('the uses of keys', () =>
      registry.store.read(snapshot =>
        snapshot
          .selectFrom('keys')
          .select('id')
          .where('actor', '=', 'last')
          .where('last_used_at', 'is not', null)
          .executeTakeFirst(),
      ),
    );
  });
  beforeEach(async () => {
    database = await aDatabase(undefined, await migratedTemplate());
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await database[Symbol.asyncDispose]();
  });
  after(async () => {
    await registry.close();
    await folder[Symbol.asyncDispose]();
  });

  it('takes every row to PostgreSQL and back as it is, and the same keys open the copy', async () => {
    const copy = await emptyDatabase();
    const end = await copyRegistry(registry.store, copy);
    const before = await contents(registry.store);
    assert.deepEqual(await contents(copy), before);
    assert.equal(end.seq, before['events']?.length);
    const back = await emptyFolder();
    assert.deepEqual(await copyRegistry(copy, back), end);
    assert.deepEqual(await contents(back), before);

    const key = await registry.key('development', 'admin', 'admin.of.development');
    const server = await startServer({ store: copy, host: '127.0.0.1', port: 0, log: () => {} });
    try {
      const authorization = { authorization: `Bearer ${key}` };
      const delivered = await ask(server.url, 'GET', '/v1/prompts/many', undefined, authorization);
      assert.equal(delivered.text, 'text 9');
      const next = { source: 'after the copy', message: '', base: 300 };
      const published = await ask(server.url, 'POST', '/v1/prompts/many/-/versions', next, authorization);
      assert.equal(published.json.version, 301);
    } finally {
      await server.close();
    }
  });
  it('leaves a place that holds a registry as it is', async () => {
    const copy = await emptyDatabase();
    await copyRegistry(registry.store, copy);
    const before = await contents(copy);
    await assert.rejects(copyRegistry(registry.store, copy), {
      code: 'invalid_request',
      message: /holds a registry already/,
    });
    assert.deepEqual(await contents(copy), before);
  });
  it('copies all or nothing: what PostgreSQL cannot hold is told, and nothing is left', async () => {
    const from = await emptyFolder();
    await copyRegistry(registry.store, from);
    await from.write(transaction =>
      transaction
        .insertInto('idempotency')
        .values({ owner: 'o', idempotency_key: 'k', request: 'r', status: 200, body: 'a\u0000b', at: '' })
        .execute(),
    );
    const copy = await emptyDatabase();
    await assert.rejects(copyRegistry(from, copy), {
      code: 'invalid_request',
      message: /table idempotency has the character U\+0000/,
    });
    for (const rows of Object.values(await contents(copy))) assert.deepEqual(rows, []);
  });
  it('refuses a log that was changed behind its back', async () => {
    const from = await emptyDatabase();
    await copyRegistry(registry.store, from);
    await database.sql(`ALTER TABLE events DISABLE TRIGGER ALL`);
    await database.sql(`UPDATE events SET actor = 'nobody' WHERE seq = 200`);
    const to = await emptyFolder();
    await assert.rejects(copyRegistry(from, to), { code: 'invalid_request', message: /is broken.*200/ });
    for (const rows of Object.values(await contents(to))) assert.deepEqual(rows, []);
  });
});
