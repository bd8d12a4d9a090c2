/** What becomes of requests while the database is away, stands still, is slow, or loses a connection in the middle of a commit. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../scripts/host/postgresServer.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { migrateDatabase, openDatabase } from '../../src/registry/database.ts';
import type { Patience } from '../../src/registry/store/postgres/pool.ts';
import {
  type Answered,
  aRegistry,
  ask,
  assertProblem,
  type RegistryForTest,
} from '../registry/a-registry.ts';
import { aProxy } from './a-proxy.ts';

/** Like the real ones, but for a test. */
const SHORT: Partial<Patience> = {
  lock: 200,
  statement: 300,
  answer: 400,
  connect: 300,
  watch: 300,
  poll: 50,
};

describe('a registry whose database', function () {
  this.timeout(30_000);
  let server: PostgresServer;
  let registry: RegistryForTest;
  let reader: { authorization: string };
  let published = 0;
  before(async () => {
    // Durable: what was acknowledged must outlive a kill.
    server = await startPostgres({ durable: true });
    await migrateDatabase(server.url('postgres'));
  });
  after(() => server[Symbol.asyncDispose]());
  afterEach(() => registry.close());

  async function open(url = server.url('postgres'), patience: Partial<Patience> = SHORT): Promise<void> {
    const environments = defaultEnvironments(0);
    registry = await aRegistry({
      store: await openDatabase(url, { environments, connections: 4, patience }),
    });
    const known = await registry.call('GET', '/v1/prompts/p/-/summary');
    published = known.status === 200 ? known.json.newest.version : 0;
    await publish();
    await registry.promote('p', published, 'staging');
    reader = { authorization: `Bearer ${await registry.key('staging', 'reader')}` };
    assert.equal((await deliver()).status, 200);
  }
  /** The next version of `p`. */
  async function publish(): Promise<void> {
    await registry.publish('p', `text ${published + 1}`, published === 0 ? null : published);
    published++;
  }
  const deliver = () => ask(registry.url, 'GET', '/v1/prompts/p', undefined, reader);
  const readyz = () => ask(registry.url, 'GET', '/readyz');
  const attempt = (headers: Readonly<Record<string, string>> = {}): Promise<Answered> =>
    registry.call(
      'POST',
      '/v1/prompts/p/-/versions',
      { source: `text ${published + 1}`, message: '', base: published },
      { headers },
    );
  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let n = 0; n < 400; n++) {
      if (await holds()) return;
      await sleep(25);
    }
    assert.fail(`Never: ${what}`);
  }
  async function assertServesFromMemory(): Promise<void> {
    const { status, text, headers } = await deliver();
    assert.equal(`${status} ${text}`, `200 text ${published}`);
    assert.match(headers.get('cache-control') ?? '', /stale-if-error=86400/);
    assert.equal((await ask(registry.url, 'GET', '/healthz')).status, 200);
    const write = await attempt();
    assertProblem(write, 503, 'unavailable', /Nothing was changed; try again/);
    assert.match(write.headers.get('retry-after') ?? '', /^\d+$/);
    const ready = await readyz();
    assertProblem(ready, 503, 'unavailable', /database/);
    // What was never asked for cannot be known: not even that it is not there.
    assertProblem(await ask(registry.url, 'GET', '/v1/prompts/q', undefined, reader), 503, 'unavailable');
  }
  async function assertWorksAgain(): Promise<void> {
    await until('ready again', async () => (await readyz()).status === 200);
    await publish();
    await registry.promote('p', published, 'staging');
    await until('the new text', async () => (await deliver()).text === `text ${published}`);
    const versions = await registry.call('GET', '/v1/prompts/p/-/versions?limit=500');
    assert.equal(versions.json.data.length, published, 'nothing lost, nothing twice');
  }

  it('was stopped delivers from memory, refuses writes, and goes on by itself when it is back', async () => {
    await open();
    await server.stop('fast');
    await until('known to be away', async () => (await readyz()).status === 503);
    await assertServesFromMemory();
    await server.start();
    await assertWorksAgain();
  });
  it('was killed does the same', async () => {
    await open();
    await server.stop('kill');
    await assertServesFromMemory();
    await server.start();
    await assertWorksAgain();
  });
  it('stands still does the same, without waiting for it for ever', async () => {
    await open();
    server.pause();
    try {
      await assertServesFromMemory();
      await until('known to be away', async () => (await readyz()).status === 503);
      await assertServesFromMemory();
    } finally {
      server.resume();
    }
    await assertWorksAgain();
  });
  it('went away right after a commit that it had not looked at yet delivers what it has', async () => {
    await open();
    // It changes nothing that is delivered, but memory does not know that yet.
    await registry.store.write(async () => {});
    await server.stop('fast');
    await assertServesFromMemory();
    await server.start();
    await assertWorksAgain();
  });
  it('is away for too long delivers no more what it cannot know to be so', async () => {
    await open(server.url('postgres'), { ...SHORT, away: 100 });
    await server.stop('fast');
    await until('no more', async () => (await deliver()).status === 503);
    await server.start();
    await assertWorksAgain();
  });
  it('went away before a process heard that a key was revoked lets it deliver by that key until the database is back, and no longer', async () => {
    await using proxy = await aProxy(server.url('postgres'));
    await open(proxy.through(server.url('postgres')));
    const environments = defaultEnvironments(0);
    await using other = await aRegistry({
      store: await openDatabase(server.url('postgres'), { environments, connections: 2, patience: SHORT }),
    });
    const elsewhere = () => ask(other.url, 'GET', '/v1/prompts/p', undefined, reader);
    assert.equal((await elsewhere()).status, 200);
    proxy.holdAnswers(true);
    const id = reader.authorization.split('_')[2];
    const revoked = await other.call('POST', `/v1/keys/${id}/revoke`, undefined, { as: 'staging admin' });
    assert.equal(revoked.status, 200);
    assertProblem(await elsewhere(), 401, 'key_revoked');
    await server.stop('kill');
    await until('known to be away', async () => (await readyz()).status === 503);
    assert.equal((await deliver()).status, 200, 'nobody could tell it');
    assertProblem(await elsewhere(), 401, 'key_revoked');
    await server.start();
    proxy.holdAnswers(false);
    await until('refused', async () => (await deliver()).status === 401);
    assertProblem(await deliver(), 401, 'key_revoked');
    await registry.close();
  });
  it('is slow says so in time, and takes nothing of the write', async () => {
    await open();
    const slow = registry.store.write(async transaction => {
      await transaction.deleteFrom('idempotency').execute();
      await sql`SELECT pg_sleep(5)`.execute(transaction);
    });
    await assert.rejects(slow, { code: 'unavailable', message: /took too long\. Nothing was changed/ });
    await assertWorksAgain();
  });
  it('is locked by somebody else lets writes wait for a time, and delivery not at all', async () => {
    await open();
    const other = new Client(server.url('postgres'));
    await other.connect();
    await other.query('BEGIN; UPDATE promptforge_registry SET revision = revision');
    const write = await attempt();
    assertProblem(write, 503, 'unavailable', /busy with other writes/);
    assert.equal((await deliver()).text, `text ${published}`);
    await other.end();
    await assertWorksAgain();
  });
  for (const when of ['before', 'after'] as const)
    it(`loses the connection in the middle of a commit, ${when} it was made, makes no second version when asked again`, async () => {
      await using proxy = await aProxy(server.url('postgres'));
      await open(proxy.through(server.url('postgres')));
      const headers = { 'idempotency-key': `cut ${when}` };
      await registry.key('development');
      proxy.cutNextCommit(when);
      let answered = await attempt(headers);
      // The commit that was cut may have been another's, such as that of a key's last use.
      if (answered.status === 503) assert.match(answered.json.detail, /same Idempotency-Key|try again/);
      await until('an answer', async () => {
        answered = await attempt(headers);
        return answered.status !== 503;
      });
      assert.equal(proxy.cuts(), 1);
      assert.equal(answered.status, 201, answered.text);
      published++;
      assert.equal(answered.json.version, published);
      await assertWorksAgain();
      await registry.close();
    });
});
