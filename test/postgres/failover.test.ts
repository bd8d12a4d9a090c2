/** A primary and its standby, both real: a registry finds the one that takes writes by itself, and never goes back to an old one. */
import assert from 'node:assert/strict';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../scripts/host/postgresServer.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { DatabaseProblem } from '../../src/registry/database-problem.ts';
import { parseDatabaseUrl } from '../../src/registry/store/postgres/address.ts';
import type { Patience } from '../../src/registry/store/postgres/patience.ts';
import { Servers } from '../../src/registry/store/postgres/servers.ts';
import { eventually } from '../eventually.ts';
import { type Answered, aRegistry, assertProblem, type RegistryForTest } from '../registry/a-registry.ts';

const environments = defaultEnvironments(0);
/** ms: longer than any test. */
const NEVER = 24 * 60 * 60 * 1000;

describe('a registry whose database has a primary and a standby', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let started: AsyncDisposableStack;
  let registry: RegistryForTest;
  let published: number;
  beforeEach(async () => {
    started = new AsyncDisposableStack();
    primary = started.use(await startPostgres());
    await (await openDatabase(primary.url('postgres'), { environments })).close();
    standby = started.use(await startPostgres({ standbyOf: primary }));
    published = 0;
  });
  afterEach(async () => {
    primary.resume();
    await started.disposeAsync();
  });

  /** A URL with both, the standby first. */
  function both(parameters = ''): string {
    const place = ({ url }: PostgresServer) => new URL(url('postgres')).host;
    const one = primary.url('postgres').replace(place(primary), `${place(standby)},${place(primary)}`);
    return `${one}${parameters}`;
  }
  async function open(
    url = both('?target_session_attrs=read-write'),
    waits: Partial<Patience> = {},
  ): Promise<void> {
    const store = await openDatabase(url, { environments, connections: 3, patience: waits });
    registry = started.use(await aRegistry({ store }));
    await publish();
  }
  const attempt = (id: string): Promise<Answered> =>
    registry.call(
      'POST',
      '/v1/prompts/p/-/versions',
      { source: `text ${published + 1}`, message: '', base: published || null },
      { headers: { 'idempotency-key': id }, again: false },
    );
  /** The next version, asked for with one key until it is there; with what was said before. */
  async function publish(): Promise<Answered[]> {
    const refused: Answered[] = [];
    const id = `publish ${published + 1}`;
    const done = await eventually('a write', async () => {
      const answered = await attempt(id);
      if (answered.status === 201) return answered;
      assertProblem(answered, 503, 'unavailable', /Nothing was changed; try again|the same Idempotency-Key/);
      refused.push(answered);
      return undefined;
    });
    published++;
    assert.equal(done.json.version, published);
    return refused;
  }
  async function assertOnce(): Promise<void> {
    const { json } = await registry.call('GET', '/v1/prompts/p/-/versions?limit=500');
    assert.equal(json.data.length, published, 'nothing lost, nothing twice');
  }
  /** As soon as it has everything that the primary committed. */
  async function promote(): Promise<void> {
    await sql(standby, 'SELECT pg_promote()');
  }
  async function caughtUp(): Promise<void> {
    const [{ lsn }] = await sql(primary, 'SELECT pg_current_wal_insert_lsn()::text AS lsn');
    await eventually('the standby to have it all', async () => {
      const [{ has }] = await sql(standby, `SELECT pg_last_wal_replay_lsn() >= '${lsn}' AS has`);
      return has;
    });
  }

  it('finds the primary, wherever it is in the URL, and writes there', async () => {
    await open();
    await publish();
    await assertOnce();
    assert.match(
      parseDatabaseUrl(both()).shown,
      /^postgres:\/\/postgres@127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\/postgres$/,
    );
  });

  it('goes on at the standby when the primary was killed and that one was promoted', async () => {
    await open();
    await caughtUp();
    await primary.stop('kill');
    const refused = await attempt('publish 2');
    assertProblem(refused, 503, 'unavailable');
    await promote();
    await publish();
    await publish();
    await assertOnce();
  });

  it('gives up a primary that stands still, and does not go back to it when it wakes up', async () => {
    // So long that only who knows that the server is lost gives up what was asked of it.
    await open(both(), { answer: NEVER });
    await caughtUp();
    primary.pause();
    const hanging = attempt('publish 2');
    await promote();
    // It was made at the other one, or nobody knows whether it was made: asked again it is there once.
    const { status } = await hanging;
    assert.ok(status === 201 || status === 503, `${status}`);
    await publish();
    primary.resume();
    await standby.stop('fast');
    await eventually('to be away', async () => (await attempt('publish 3')).status === 503);
    // The old primary would take it, and nobody would ever see it again.
    for (let times = 0; times < 5; times++)
      assertProblem(await attempt('publish 3'), 503, 'unavailable', /Nothing was changed/);
    assert.equal((await sql(primary, 'SELECT count(*)::int AS n FROM versions'))[0].n, 1);
    await standby.start();
    await publish();
    await assertOnce();
  });

  it('leaves a primary that takes no writes any more and keeps its connections, as soon as one is refused', async () => {
    await open(both(), { poll: NEVER });
    await caughtUp();
    await makeReadOnly(primary);
    await promote();
    await publish();
    assert.equal((await sql(standby, 'SELECT count(*)::int AS n FROM versions'))[0].n, 2);
    await assertOnce();
  });

  it('leaves a primary that takes no writes any more, also while nobody writes', async () => {
    const store = await openDatabase(both(), { environments, connections: 2 });
    started.defer(() => store.close());
    await caughtUp();
    await makeReadOnly(primary);
    await promote();
    await open(standby.url('postgres'));
    const versions = () => store.read(snapshot => snapshot.selectFrom('versions').select('prompt').execute());
    await eventually('what was published at the new primary', async () => (await versions()).length === 1);
  });

  it('says so while its only server takes no writes, and goes on when it does again', async () => {
    await open(primary.url('postgres'));
    await makeReadOnly(primary);
    const refused = await eventually('a refusal', async () => {
      const answered = await attempt(`publish ${published + 1}`);
      if (answered.status === 201) published++;
      return answered.status === 503 ? answered : undefined;
    });
    assertProblem(refused, 503, 'unavailable', /read-only now, .*Nothing was changed/);
    await sql(
      primary,
      'SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only',
    );
    await sql(primary, 'SELECT pg_reload_conf()');
    await publish();
    await assertOnce();
  });

  it('is not opened while none of its servers takes writes, and the reason is told', async () => {
    await primary.stop('fast');
    await assert.rejects(openDatabase(both()), error => {
      assert.ok(DatabaseProblem.is(error, 'unreachable'));
      assert.match(error.message, /none of its servers is "read-write" now/);
      assert.doesNotMatch(error.message, /:postgres@/);
      return true;
    });
  });

  it('is served by the server that target_session_attrs asks for', async () => {
    const isStandby = async (target: string): Promise<boolean> => {
      const servers = new Servers(parseDatabaseUrl(both(`?target_session_attrs=${target}`)));
      await servers.locate();
      const client = new Client(servers.config);
      await client.connect();
      return (await servers.check(client).finally(() => client.end())).isStandby;
    };
    for (const target of ['read-only', 'standby']) assert.equal(await isStandby(target), true, target);
    // These take the other one where the first does not answer in time, as on a busy machine.
    for (const target of ['any', 'prefer-standby'])
      await eventually(`the first one for ${target}`, () => isStandby(target));
    for (const target of ['read-write', 'primary']) assert.equal(await isStandby(target), false, target);
    await promote();
    assert.equal(await isStandby('prefer-standby'), false, 'there is no standby any more');
  });
});

async function makeReadOnly(server: PostgresServer): Promise<void> {
  await sql(server, 'ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf()');
}

// biome-ignore lint/suspicious/noExplicitAny: assertions say what it is
async function sql(server: PostgresServer, text: string): Promise<any> {
  const client = new Client(server.url('postgres'));
  await client.connect();
  try {
    // ALTER SYSTEM is not for a transaction, which several statements at once would be.
    for (const statement of text.split('; ')) {
      const { rows } = await client.query(statement);
      if (statement === text.split('; ').at(-1)) return rows;
    }
  } finally {
    await client.end();
  }
}
