/** Several registries on one database, as several processes are: each has connections and a memory of its own. */
import assert from 'node:assert/strict';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { aRegistry, ask, assertProblem, type RegistryForTest } from '../registry/a-registry.ts';
import { aReusedDatabase, type DatabaseForTest, PATIENT } from './a-database.ts';

/** A day, and longer than any test may take: what arrives does not arrive by asking. */
const NEVER = 24 * 60 * 60_000;

describe('two registries on one database', () => {
  let database: DatabaseForTest;
  let opened: RegistryForTest[];
  beforeEach(async () => {
    database = await aReusedDatabase();
    opened = [];
  });
  afterEach(async () => {
    for (const registry of opened) await registry.close();
    await database[Symbol.asyncDispose]();
  });

  async function open(how: { listens: boolean; poll?: number }): Promise<RegistryForTest> {
    const { listens, poll } = how;
    const store = await openDatabase(database.url, {
      environments: defaultEnvironments(0),
      connections: 4,
      listens,
      patience: { ...PATIENT, ...(poll !== undefined && { poll }) },
    });
    const registry = await aRegistry({ store });
    opened.push(registry);
    return registry;
  }
  const text = async (registry: RegistryForTest, key: string) =>
    (await ask(registry.url, 'GET', '/v1/prompts/p', undefined, { authorization: `Bearer ${key}` })).text;
  /** Looks after every change that `registry` learns of, and only then. */
  async function until(registry: RegistryForTest, holds: () => Promise<boolean>): Promise<void> {
    for (;;) {
      const since = registry.store.revision();
      if (await holds()) return;
      await registry.store.changed(since, NEVER, new AbortController().signal);
    }
  }

  for (const [how, reader] of [
    ['by the notification', { listens: true, poll: NEVER }],
    ['by asking, where no notification comes', { listens: false }],
  ] as const)
    it(`show each other what was promoted, ${how}`, async () => {
      const [here, there] = [await open({ listens: true, poll: NEVER }), await open(reader)];
      await here.publish('p', 'one', null);
      await here.publish('p', 'two', 1);
      await here.promote('p', 1, 'staging');
      const key = await here.key('staging', 'reader');
      await until(there, async () => (await text(there, key)) === 'one');
      await here.promote('p', 2, 'staging');
      await until(there, async () => (await text(there, key)) === 'two');
    });
  it('tell others even where they do not listen themselves, as behind a pooler', async () => {
    const [here, there] = [await open({ listens: false }), await open({ listens: true, poll: NEVER })];
    const before = there.store.revision();
    await here.publish('p', 'one', null);
    await until(there, async () => there.store.revision() !== before);
  });
  it('both refuse a key that one of them revoked', async () => {
    const [here, there] = [await open({ listens: true }), await open({ listens: true, poll: NEVER })];
    await here.publish('p', 'one', null);
    await here.promote('p', 1, 'staging');
    const key = await here.key('staging', 'reader');
    const authorization = { authorization: `Bearer ${key}` };
    for (const registry of [here, there, there])
      assert.equal((await ask(registry.url, 'GET', '/v1/prompts/p', undefined, authorization)).status, 200);
    const id = key.split('_')[2];
    const revoked = await here.call('POST', `/v1/keys/${id}/revoke`, undefined, { as: 'staging admin' });
    assert.equal(revoked.status, 200);
    for (const registry of [here, there]) {
      const asked = () => ask(registry.url, 'GET', '/v1/prompts/p', undefined, authorization);
      await until(registry, async () => (await asked()).status === 401);
      assertProblem(await asked(), 401, 'key_revoked');
    }
  });
  it('do once what both were asked with one Idempotency-Key', async () => {
    const registries = [await open({ listens: true }), await open({ listens: true })];
    const key = await registries[0]!.key('development', 'author');
    const headers = { authorization: `Bearer ${key}`, 'idempotency-key': 'once' };
    const body = { source: 'one', message: '', base: null };
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        ask(registries[n % 2]!.url, 'POST', '/v1/prompts/p/-/versions', body, headers),
      ),
    );
    for (const { status, text } of answers) {
      assert.equal(status, 201);
      assert.equal(text, answers[0]?.text);
    }
    const versions = await registries[1]!.call('GET', '/v1/prompts/p/-/versions');
    assert.equal(versions.json.data.length, 1);
  });
});
