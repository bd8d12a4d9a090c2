/** `serve --delivery-only` on a hot standby: a read replica, whose primary another process writes to. */
import assert from 'node:assert/strict';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../scripts/host/postgresServer.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { DatabaseProblem } from '../../src/registry/database-problem.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, ask, assertProblem, type RegistryForTest } from '../registry/a-registry.ts';
import { PATIENT } from './a-database.ts';

describe('a process that only delivers, on a standby', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let writing: RegistryForTest;
  let delivering: RegistryForTest;
  let reader: string;
  before(async () => {
    primary = await startPostgres();
    const store = await openDatabase(primary.url('postgres'), {
      environments: defaultEnvironments(0),
      connections: 2,
      patience: PATIENT,
    });
    writing = await aRegistry({ store });
    await writing.publish('a', 'First.', null);
    await writing.promote('a', 1, 'staging');
    reader = await writing.key('staging', 'reader');
    // The primary is restarted to be copied.
    standby = await startPostgres({ standbyOf: primary });
    // Its connections ended with the server.
    await eventually('a write', () => writing.key('staging', 'author', 'first').catch(() => undefined));
    await eventually('ready', async () => (await ask(writing.url, 'GET', '/readyz')).status === 200);
    delivering = await aRegistry({
      store: await openDatabase(standby.url('postgres'), {
        readOnly: true,
        connections: 2,
        patience: PATIENT,
      }),
      serving: { deliveryOnly: true },
    });
  });
  after(async () => {
    await delivering?.[Symbol.asyncDispose]();
    await writing?.[Symbol.asyncDispose]();
    await standby?.[Symbol.asyncDispose]();
    await primary?.[Symbol.asyncDispose]();
  });
  const deliver = (key = reader, prompt = 'a') =>
    ask(delivering.url, 'GET', `/v1/prompts/${prompt}`, undefined, { authorization: `Bearer ${key}` });

  it('delivers, shows what the primary committed, and refuses a key that was revoked there', async () => {
    await eventually('delivery', async () => (await deliver()).text === 'First.');
    await writing.publish('a', 'Second.', 1);
    await writing.promote('a', 2, 'staging');
    await eventually('the promotion', async () => (await deliver()).text === 'Second.');
    const leaving = await writing.key('staging', 'reader', 'leaver');
    await eventually('its key', async () => (await deliver(leaving)).status === 200);
    const path = `/v1/keys/${leaving.split('_')[2]}/revoke`;
    await writing.call('POST', path, undefined, { as: 'staging admin' });
    await eventually('refused', async () => (await deliver(leaving)).status === 401);
    const request = { source: 'x', message: '', base: null };
    const headers = { authorization: `Bearer ${await writing.key('development')}` };
    assertProblem(
      await ask(delivering.url, 'POST', '/v1/prompts/b/-/versions', request, headers),
      404,
      'route_not_found',
    );
  });

  it('goes on delivering while the standby is away, says since when, and follows it once it is back', async () => {
    await writing.publish('b', 'Before.', null);
    await writing.promote('b', 1, 'staging');
    await eventually('delivery', async () => (await deliver(reader, 'b')).status === 200);
    await standby.stop('kill');
    await eventually('known to be away', async () => {
      const answered = await deliver(reader, 'b');
      assert.equal(answered.status, 200);
      return answered.headers.get('age') !== null;
    });
    await writing.publish('b', 'After.', 1);
    await writing.promote('b', 2, 'staging');
    await standby.start();
    await eventually('the promotion', async () => (await deliver(reader, 'b')).text === 'After.');
    assert.equal((await deliver(reader, 'b')).headers.get('age'), null);
  });

  it('needs no more than to read', async () => {
    const client = new Client(primary.url('postgres'));
    await client.connect();
    await client.query("CREATE ROLE only_reads LOGIN PASSWORD 'x'");
    await client.query('GRANT USAGE ON SCHEMA public TO only_reads');
    await client.query('GRANT SELECT ON ALL TABLES IN SCHEMA public TO only_reads');
    await client.end();
    const url = primary.url('postgres', 'only_reads', 'x');
    const store = await openDatabase(url, { readOnly: true, connections: 2, patience: PATIENT });
    await using other = await aRegistry({ store, serving: { deliveryOnly: true } });
    const headers = { authorization: `Bearer ${reader}` };
    assert.equal((await ask(other.url, 'GET', '/v1/prompts/a', undefined, headers)).status, 200);
  });

  it('does not start on a database without a registry', async () => {
    const client = new Client(primary.url('postgres'));
    await client.connect();
    await client.query('CREATE DATABASE empty');
    await client.end();
    await eventually('the database', () =>
      openDatabase(standby.url('empty'), { readOnly: true }).then(
        () => assert.fail('It has opened nothing.'),
        error => DatabaseProblem.is(error, 'no_registry'),
      ),
    );
  });
});
