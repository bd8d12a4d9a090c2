/** What becomes of requests while the database is away, stands still, is slow, or loses a connection in the middle of a commit. */
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { Client } from 'pg';
import { patience } from '../../scripts/host/patience.ts';
import { type PostgresServer, startPostgres } from '../../scripts/host/postgresServer.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { migrateDatabase, openDatabase } from '../../src/registry/database.ts';
import type { Patience } from '../../src/registry/store/postgres/patience.ts';
import { eventually } from '../eventually.ts';
import {
  type Answered,
  aRegistry,
  ask,
  assertProblem,
  type RegistryForTest,
} from '../registry/a-registry.ts';
import { PATIENT } from './a-database.ts';
import { aProxy } from './a-proxy.ts';

/** The database's revision is asked for more often than it is, so that a test sees sooner what it waits for. */
const WATCHFUL: Partial<Patience> = { ...PATIENT, poll: 50 };
/** For how long a test lets a registry wait for a database that does not answer. */
const SHORT = patience(1000);

describe('a registry whose database', () => {
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
  // One that failed may have left it standing still or away.
  beforeEach(async () => {
    server.resume();
    await server.start();
  });
  afterEach(() => registry?.close());

  /**
   * @param short what is shorter than in other tests, as it is what is tested
   * @param failoverTime for how long deliveries that are not in memory wait for the database, in ms
   */
  async function open(
    url = server.url('postgres'),
    short: Partial<Patience> = {},
    failoverTime = 0,
  ): Promise<void> {
    const environments = defaultEnvironments(0);
    const waits = { ...WATCHFUL, ...short };
    const setUp = await aRegistry({
      store: await openDatabase(server.url('postgres'), { environments, connections: 2, patience: WATCHFUL }),
    });
    const known = await setUp.call('GET', '/v1/prompts/p/-/summary');
    published = known.status === 200 ? known.json.newest.version : 0;
    await publish(setUp);
    await setUp.promote('p', published, 'staging');
    reader = { authorization: `Bearer ${await setUp.key('staging', 'reader')}` };
    await setUp.close();
    const store = await eventually('a store', () =>
      openDatabase(url, { environments, connections: 4, patience: waits }).catch(() => undefined),
    );
    registry = await aRegistry({ store, serving: { limits: { failoverTime } } });
    await eventually('a key', () => registry.key('development').catch(() => undefined));
    // What is delivered while something is committed, as the use of a key is, may not be kept.
    await until('delivery from memory', async () => {
      await deliver();
      const { text } = await ask(registry.url, 'GET', '/metrics');
      return /^promptforge_deliveries_total\{from="memory"\} [1-9]/m.test(text);
    });
    await until('ready', async () => (await readyz()).status === 200);
  }
  /** The next version of `p`. */
  async function publish(by = registry): Promise<void> {
    await by.publish('p', `text ${published + 1}`, published === 0 ? null : published);
    published++;
  }
  const deliver = () => ask(registry.url, 'GET', '/v1/prompts/p', undefined, reader);
  const readyz = () => ask(registry.url, 'GET', '/readyz');
  const attempt = (headers: Readonly<Record<string, string>> = {}): Promise<Answered> =>
    registry.call(
      'POST',
      '/v1/prompts/p/-/versions',
      { source: `text ${published + 1}`, message: '', base: published },
      { headers, again: false },
    );
  const until = (what: string, holds: () => Promise<boolean>) => eventually(what, holds);
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
    const once = { 'idempotency-key': `after ${published}` };
    // It may still find connections in its pool that ended.
    await until('a write', async () => (await attempt(once)).status === 201);
    published++;
    await until('a promotion', () =>
      registry.promote('p', published, 'staging').then(
        () => true,
        () => false,
      ),
    );
    await until('the new text', async () => (await deliver()).text === `text ${published}`);
    const versions = await eventually('the versions', async () => {
      const list = await registry.call('GET', '/v1/prompts/p/-/versions?limit=500');
      return list.status === 200 ? list : undefined;
    });
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
    await open(server.url('postgres'), { answer: SHORT, connect: SHORT, watch: 2 * SHORT });
    server.pause();
    try {
      await assertServesFromMemory();
      await until('known to be away', async () => (await readyz()).status === 503);
      // Whether the write was made is not known, nor for a moment whether there is a database that would know.
      await until('delivery', async () => (await deliver()).status === 200);
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
  it('was killed right after a promotion delivers what was just published and promoted', async () => {
    await open();
    await registry.publish(`new-${published}`, 'A new text.', null);
    await registry.promote(`new-${published}`, 1, 'staging');
    await publish();
    await registry.promote('p', published, 'staging');
    await server.stop('kill');
    const answered = await ask(registry.url, 'GET', `/v1/prompts/new-${published - 1}`, undefined, reader);
    assert.equal(`${answered.status} ${answered.text}`, '200 A new text.');
    await assertServesFromMemory();
    await until('known to be away', async () => (await deliver()).headers.get('age') !== null);
    assert.equal((await deliver()).status, 200);
    await server.start();
    await assertWorksAgain();
    assert.equal((await deliver()).headers.get('age'), null);
  });
  it('is away for as long as a failover takes keeps what is not in memory waiting, and delivers it then', async () => {
    await open(server.url('postgres'), {}, patience(60_000));
    const name = `new-${published}`;
    const elsewhere = await openDatabase(server.url('postgres'), {
      environments: defaultEnvironments(0),
      connections: 2,
      patience: WATCHFUL,
    });
    await using other = await aRegistry({ store: elsewhere });
    await other.publish(name, 'Of another process.', null);
    await other.promote(name, 1, 'staging');
    await server.stop('kill');
    await until('known to be away', async () => (await readyz()).status === 503);
    // By its number, so that nothing has prepared it.
    const target = `/v1/prompts/${name}?version=1`;
    let answered = 0;
    const waiting = Array.from({ length: 40 }, async () => {
      const answer = await ask(registry.url, 'GET', target, undefined, reader);
      answered++;
      return answer;
    });
    // Those beyond the limit of one key are told at once, and no other.
    await until('the others', async () => answered >= 8);
    assert.equal((await deliver()).status, 200);
    assert.equal(answered, 8);
    await server.start();
    const texts = (await Promise.all(waiting)).map(({ status, text }) => (status === 200 ? text : status));
    assert.deepEqual(texts.sort(), [...Array(8).fill(503), ...Array(32).fill('Of another process.')]);
    await assertWorksAgain();
  });
  it('is away while the process closes keeps no delivery waiting', async () => {
    await open(server.url('postgres'), {}, patience(60_000));
    await server.stop('kill');
    await until('known to be away', async () => (await readyz()).status === 503);
    const waiting = ask(registry.url, 'GET', '/v1/prompts/q', undefined, reader);
    await until('it to wait', async () => (await deliver()).status === 200);
    await registry.close();
    assertProblem(await waiting, 503, 'unavailable');
    await server.start();
  });
  it('is away for too long delivers no more what it cannot know to be so', async () => {
    await open(server.url('postgres'), { away: 100 });
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
      store: await openDatabase(server.url('postgres'), { environments, connections: 2, patience: WATCHFUL }),
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
    await open(server.url('postgres'), { statement: SHORT });
    const slow = registry.store.write(async transaction => {
      await transaction.deleteFrom('idempotency').execute();
      await sql`SELECT pg_sleep(3600)`.execute(transaction);
    });
    await assert.rejects(slow, { code: 'unavailable', message: /took too long\. Nothing was changed/ });
    await assertWorksAgain();
  });
  it('is locked by somebody else lets writes wait for a time, and delivery not at all', async () => {
    await open(server.url('postgres'), { lock: SHORT });
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
