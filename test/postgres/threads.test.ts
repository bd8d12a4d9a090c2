/** Deliveries in threads of their own on PostgreSQL, where each thread has connections and a listener of its own. */
import assert from 'node:assert/strict';
import { patience } from '../../scripts/host/patience.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { eventually } from '../eventually.ts';
import {
  type Answered,
  aRegistry,
  ask,
  assertProblem,
  type RegistryForTest,
} from '../registry/a-registry.ts';
import { aReusedDatabase, type DatabaseForTest } from './a-database.ts';
import { aProxy } from './a-proxy.ts';

const COUNTS = process.platform === 'linux' ? [1, 2] : [1];
const MOST = COUNTS.at(-1) ?? 1;
/** So many connections that each thread gets some of them. */
const ASKED = 12;

describe('threads that deliver from one database', () => {
  let database: DatabaseForTest & { readonly asServer: string };
  let proxy: Awaited<ReturnType<typeof aProxy>>;
  let opened: RegistryForTest[];
  beforeEach(async () => {
    database = await aReusedDatabase();
    proxy = await aProxy(database.asServer);
    opened = [];
  });
  afterEach(async () => {
    for (const registry of opened) await registry.close();
    await proxy[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  async function open(workers: number, url = database.asServer): Promise<RegistryForTest> {
    const store = await openDatabase(url, { environments: defaultEnvironments(0) });
    const registry = await aRegistry({ folder: url, store, workers });
    opened.push(registry);
    return registry;
  }
  /** By as many connections as it takes to ask each thread. */
  async function delivered(registry: RegistryForTest, key: string, path = 'p'): Promise<Answered[]> {
    const headers = { authorization: `Bearer ${key}`, connection: 'close' };
    return Promise.all(
      Array.from({ length: ASKED }, () =>
        ask(registry.url, 'GET', `/v1/prompts/${path}`, undefined, headers),
      ),
    );
  }
  const texts = async (registry: RegistryForTest, key: string) =>
    new Set((await delivered(registry, key)).map(({ text }) => text));
  async function publishTwo(registry: RegistryForTest): Promise<string> {
    await registry.publish('p', 'one', null);
    await registry.publish('p', 'two', 1);
    await registry.promote('p', 1, 'staging');
    return registry.key('staging', 'reader');
  }
  /** Without a look at what is live. */
  const promoteTo = (registry: RegistryForTest, version: number, again = true) =>
    registry.call(
      'POST',
      '/v1/prompts/p/-/promotions',
      {
        environment: 'staging',
        channel: 'stable',
        version,
        reason: 'For the test',
        expected: version === 1 ? 2 : 1,
      },
      { as: 'staging admin', again },
    );

  for (const count of COUNTS)
    it(`deliver nothing older than what was answered, and by no key that was revoked, ${count} of them`, async () => {
      const registry = await open(count);
      const key = await publishTwo(registry);
      assert.deepEqual(await texts(registry, key), new Set(['one']));
      for (let round = 0; round < 10; round++) {
        const version = round % 2 === 0 ? 2 : 1;
        assert.equal((await promoteTo(registry, version)).status, 201);
        assert.deepEqual(await texts(registry, key), new Set([version === 2 ? 'two' : 'one']), `${round}`);
      }
      const id = key.split('_')[2];
      const { status } = await registry.call('POST', `/v1/keys/${id}/revoke`, undefined, {
        as: 'staging admin',
      });
      assert.equal(status, 200);
      for (const answered of await delivered(registry, key)) assertProblem(answered, 401, 'key_revoked');
    });

  it('hear of what another server promotes and revokes, also when their connections were cut meanwhile', async () => {
    const [here, there] = [await open(MOST), await open(MOST, proxy.through(database.asServer))];
    const key = await publishTwo(here);
    await eventually('the first text', async () => (await texts(there, key)).has('one'));
    for (let round = 0; round < 6; round++) {
      const version = round % 2 === 0 ? 2 : 1;
      // In every second round the listeners miss the notification.
      if (round % 2 === 1) proxy.cutAll();
      assert.equal((await promoteTo(here, version)).status, 201);
      const expected = version === 2 ? 'two' : 'one';
      await eventually('the same from all', async () => {
        const now = await texts(there, key);
        return now.size === 1 && now.has(expected);
      });
      // None of them falls back.
      assert.deepEqual(await texts(there, key), new Set([expected]));
    }
    const id = key.split('_')[2];
    await here.call('POST', `/v1/keys/${id}/revoke`, undefined, { as: 'staging admin' });
    await eventually('nothing by that key', async () =>
      (await delivered(there, key)).every(({ status }) => status === 401),
    );
  });

  it('go on while the database is away, and hear of what was promoted meanwhile', async () => {
    const [here, there] = [await open(MOST), await open(MOST, proxy.through(database.asServer))];
    const key = await publishTwo(here);
    await there.key('staging', 'admin');
    await eventually('the first text', async () => (await texts(there, key)).has('one'));
    // Every thread has it in memory.
    for (let i = 0; i < 5; i++) await delivered(there, key);
    proxy.holdAnswers(true);
    assert.equal((await promoteTo(here, 2)).status, 201);
    const until = performance.now() + patience(4000);
    while (performance.now() < until)
      for (const { status, text } of await delivered(there, key))
        assert.equal(`${status} ${text}`, '200 one');
    const write = await promoteTo(there, 1, false);
    assertProblem(write, 503, 'unavailable');
    await eventually('its age', async () =>
      (await delivered(there, key)).every(({ headers }) => /^\d+$/.test(headers.get('age') ?? '')),
    );
    proxy.holdAnswers(false);
    await eventually('the second text from all', async () => {
      const now = await texts(there, key);
      return now.size === 1 && now.has('two');
    });
    await eventually('a write', async () => (await promoteTo(there, 1, false)).status === 201);
    assert.deepEqual(await texts(there, key), new Set(['one']));
    await eventually('the same elsewhere', async () => {
      const now = await texts(here, key);
      return now.size === 1 && now.has('one');
    });
  });
});
