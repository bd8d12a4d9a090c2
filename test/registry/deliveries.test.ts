/** Many deliveries in one answer, and the feed that tells a reader when to ask again. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { MAX_DELIVERIES } from '../../src/contract/deliveries.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { movesFeed } from '../../src/registry/http/moves-feed.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  type Answered,
  aCallWaits,
  aRegistry,
  assertProblem,
  type Json,
  type RegistryForTest,
} from './a-registry.ts';

describe('batch delivery', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    await registry.publish('many/a', '---\nmodel: x/y\n---\nA {{a}}', null);
    await registry.publish('many/b', 'B žluťoučký', null);
    await registry.publish('many/b', 'B 2', 1);
    await registry.publish('many/draft', 'Secret', null);
    for (const name of ['many/a', 'many/b'])
      for (const environment of ['staging', 'production']) await registry.promote(name, 1, environment);
  });
  after(() => registry[Symbol.asyncDispose]());
  const ask = (prompts: unknown, as = 'production reader') =>
    registry.call('POST', '/v1/deliveries', { prompts }, { as });

  const WANTED = [
    { name: 'many/a' },
    { name: 'many/b', channel: 'stable' },
    { name: 'many/b', version: 1 },
    { name: 'many/b', version: 2 },
    { name: 'many/b', channel: 'latest' },
    { name: 'many/draft' },
    { name: 'many/other' },
  ];

  it('returns each prompt as a single request would, in every environment', async () => {
    for (const as of ['production reader', 'staging reader', 'development reader', 'production author']) {
      const { json } = await ask(WANTED, as);
      assert.equal(json.environment, as.split(' ')[0]);
      assert.equal(json.remaining, 0);
      assert.equal(json.data.length, WANTED.length);
      for (const [index, { name, channel, version }] of WANTED.entries()) {
        const query = channel ? `?channel=${channel}` : version ? `?version=${version}` : '';
        const single = await registry.call('GET', `/v1/prompts/${name}${query}`, undefined, {
          as,
          headers: { accept: 'application/json' },
        });
        const { status, etag, reference, cacheControl, delivery, problem } = json.data[index];
        assert.equal(status, single.status, `${as} ${name}${query}`);
        assert.deepEqual(delivery ?? problem, single.json);
        if (status !== 200) continue;
        assert.equal(etag, single.headers.get('etag'));
        assert.equal(reference, single.headers.get('promptforge-version'));
        assert.equal(cacheControl, single.headers.get('cache-control'));
      }
    }
  });

  it('returns 304 for each prompt that has not changed', async () => {
    const first = await ask([{ name: 'many/a' }, { name: 'many/b' }]);
    const [a, b] = first.json.data;
    const again = await ask([
      { name: 'many/a', etag: a.etag },
      { name: 'many/b', etag: '"another"' },
    ]);
    const [same, other] = again.json.data;
    assert.deepEqual(
      [same.status, same.reference, same.delivery, other.status],
      [304, 'many/a@1', undefined, 200],
    );
    assert.deepEqual(other.delivery, b.delivery);
  });

  it('limits number and size, and counts the prompts that remain to be requested', async () => {
    assertProblem(await ask([]), 422, 'invalid_request');
    const many = Array.from({ length: MAX_DELIVERIES + 1 }, () => ({ name: 'many/a' }));
    assertProblem(await ask(many), 422, 'invalid_request');
    assert.equal((await ask(many.slice(1))).json.data.length, MAX_DELIVERIES);
    for (const [name, source, most] of [
      ['many/long', 'ž'.repeat(100 * 1024), 5],
      // As JSON it is larger than the bound, and given alone.
      ['many/quoted', '"'.repeat(600 * 1024), 1],
    ] as const) {
      await registry.publish(name, source, null);
      const wanted = Array.from({ length: 12 }, () => ({ name, version: 1 }));
      const { json, text } = await ask(wanted, 'development reader');
      assert.equal(json.data.length, most);
      assert.ok(Buffer.byteLength(text) < 1.3 * 1024 * 1024, String(text.length));
      assert.equal(json.data.length + json.remaining, 12);
    }
  });

  it('refuses an invalid entry and points to it', async () => {
    for (const wrong of [
      { name: '../healthz' },
      { name: 'many/a', channel: 'A b' },
      { name: 'many/a', version: 0 },
      { name: 'many/a', version: 1, channel: 'stable' },
      { name: 'many/a', verison: 1 },
      'many/a',
    ]) {
      const answered = await ask([{ name: 'many/a' }, wrong]);
      assert.ok(answered.status === 422, JSON.stringify(wrong));
      assert.match(answered.json.fields?.[0]?.pointer ?? '', /^\/prompts\/1/, answered.text);
    }
  });
});

describe('the feed of moved channels', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    for (const name of ['p', 'q']) {
      await registry.publish(name, 'one', null);
      await registry.publish(name, 'two', 1);
      for (const version of [1, 2]) await registry.promote(name, version, 'staging');
    }
    await registry.promote('p', 1, 'production');
  });
  after(() => registry[Symbol.asyncDispose]());
  const ask = (query = '', as = 'production reader', from: RegistryForTest = registry): Promise<Answered> =>
    from.call('GET', `/v1/deliveries/changes${query}`, undefined, { as });
  const cursor = async (as?: string): Promise<string> => (await ask('', as)).json.cursor;
  const live = async (name: string) =>
    (await registry.call('GET', `/v1/prompts/${name}/-/live?environment=production`)).json.version ?? 0;
  const move = async (name = 'p') => registry.promote(name, 3 - (await live(name)), 'production');

  it('reports that something moved in the environment, and nothing else', async () => {
    const before = await cursor();
    assert.match(before, /^[\w-]{22}$/);
    assert.deepEqual((await ask(`?after=${before}`)).json, { changed: false, cursor: before });
    await move();
    const { json } = await ask(`?after=${before}`);
    assert.deepEqual(Object.keys(json).sort(), ['changed', 'cursor']);
    assert.equal(json.changed, true);
    assert.notEqual(json.cursor, before);
  });

  it('reports nothing about drafts or other environments', async () => {
    const before = await cursor();
    await registry.publish('p', `draft ${before}`, 2);
    await registry.promote('q', 1, 'staging');
    await registry.key('production', 'reader', 'another');
    await registry.call('POST', '/v1/prompts/q/-/archive', {});
    await registry.call('POST', '/v1/prompts/q/-/restore', {});
    assert.equal(await cursor(), before);
  });

  it('reports a published version where latest is served', async () => {
    const before = await cursor('development reader');
    await registry.publish('latest', 'one', null);
    assert.notEqual(await cursor('development reader'), before);
  });

  it('reports a changed policy', async () => {
    const before = await cursor();
    const { json } = await registry.call('GET', '/v1/environments');
    const { policy } = json.data.find((one: Json) => one.name === 'production');
    const as = 'production admin';
    await registry.call(
      'PUT',
      '/v1/environments/production',
      { ...policy, serves: ['stable', 'canary'] },
      { as },
    );
    assert.notEqual(await cursor(), before);
  });

  it('holds a call open until something moves, and answers all waiting calls', async () => {
    const before = await cursor();
    const waiting = aCallWaits(registry);
    const calls = Array.from({ length: 20 }, () => ask(`?after=${before}&wait=30`));
    await waiting;
    await registry.publish('unrelated', before, null);
    await move();
    const answers = await Promise.all(calls);
    assert.ok(answers.every(({ json }) => json.changed === true && json.cursor === answers[0]?.json.cursor));
  });

  it('answers when the time is up, and refuses a key revoked in the meantime', async () => {
    const before = await cursor();
    assert.deepEqual((await ask(`?after=${before}&wait=1`)).json, { changed: false, cursor: before });
    const key = await registry.key('production', 'reader', 'leaver');
    const waiting = aCallWaits(registry);
    const call = ask(`?after=${before}&wait=30`, 'production reader leaver');
    await waiting;
    const as = 'production admin';
    await registry.call('POST', `/v1/keys/${key.split('_')[2]}/revoke`, {}, { as });
    await move();
    assertProblem(await call, 401, 'key_revoked');
  });

  it('has one cursor for all processes, whenever they started to watch', async () => {
    await using folder = await temporaryFolder();
    const environments = defaultEnvironments(0);
    await using one = await aRegistry({ folder: folder.path, environments });
    await one.publish('p', 'one', null);
    await one.promote('p', 1, 'staging');
    const seen = async (from: RegistryForTest) => (await ask('', 'staging reader', from)).json.cursor;
    await seen(one);
    for (const channel of ['one', 'two']) await one.promote('p', 1, 'staging', channel);
    await using other = await aRegistry({ store: await openDataFolder(folder.path, { environments }) });
    assert.equal(await seen(other), await seen(one));
    await one.promote('p', 1, 'staging', 'another');
    assert.equal(await seen(other), await seen(one));
  });

  it('limits how many calls one key may hold open', async () => {
    await using small = await aRegistry({ serving: { limits: { maxWaitingPerKey: 2 } } as object });
    await small.publish('p', 'one', null);
    const { json } = await ask('', 'development reader', small);
    const calls = [1, 2, 3].map(() => ask(`?after=${json.cursor}&wait=30`, 'development reader', small));
    const refused = await Promise.race(calls);
    await small.publish('p', 'two', 1);
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    assert.deepEqual(statuses.sort(), [200, 200, 429]);
    assertProblem(refused, 429, 'queue_full');
  });

  it('wakes no call for events that move nothing there, and misses no move', async () => {
    let revision = 1;
    let cursor = 'a';
    const changes = new Set<() => void>();
    const commit = (next = cursor) => {
      revision += 1;
      cursor = next;
      for (const change of [...changes]) change();
    };
    const store = {
      revision: () => revision,
      changed: (since: number, _: number, signal: AbortSignal) =>
        new Promise<void>(resolve => {
          if (revision !== since || signal.aborted) return resolve();
          const end = () => {
            changes.delete(end);
            resolve();
          };
          changes.add(end);
          signal.addEventListener('abort', end, { once: true });
        }),
    };
    let looked = 0;
    const cursorOf = async () => {
      looked += 1;
      const now = cursor;
      await setImmediate();
      return now;
    };
    const closing = new AbortController();
    const feed = movesFeed(store, { cursorOf }, closing.signal, 1000);
    const gone = () => new AbortController().signal;
    const environment = parseEnvironmentName('production');
    const wait = (after: string) => feed.next({ environment, after }, 'key', 60_000, gone);
    const calls = Array.from({ length: 50 }, () => wait('a'));
    await eventually('all wait', () => changes.size === 1);
    looked = 0;
    for (let time = 0; time < 5; time++) {
      commit();
      await eventually('another look', () => changes.size === 1 && looked === time + 1);
    }
    commit('b');
    assert.deepEqual([...new Set((await Promise.all(calls)).map(answer => answer.cursor))], ['b']);
    await eventually('nobody waits', () => changes.size === 0);
    // A move between the look of a call and its wait.
    const first = wait('b');
    await eventually('the first waits', () => changes.size === 1);
    const second = wait('b');
    commit('c');
    assert.deepEqual([(await first).cursor, (await second).cursor], ['c', 'c']);
    const last = wait('c');
    await eventually('the last waits', () => changes.size === 1);
    closing.abort();
    assert.equal((await last).cursor, 'c');
  });
});
