/** What callers meet of requests that take long: their own limit, and nothing of other keys' requests. */
import assert from 'node:assert/strict';
import { eventually } from '../../eventually.ts';
import { aRegistry, assertProblem, type RegistryForTest } from '../a-registry.ts';

const LOOPS = '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x';
const input = { xs: Array.from({ length: 300 }, (_, index) => index) };
/** Too long to be read at once, and soon read. */
const LONG = 'Some words {{name}} and more.\n'.repeat(1200);
const LIMITS = { places: 2, placesPerKey: 1, waitingPerKey: 2, waiting: 3 };

async function aBusyRegistry(limits: Partial<typeof LIMITS> = {}): Promise<RegistryForTest> {
  const registry = await aRegistry({ serving: { work: { limits: { ...LIMITS, ...limits } } } });
  await registry.publish('loops', LOOPS, null);
  await registry.publish('long', LONG, null);
  await registry.publish('short', 'Hello {{name}}', null);
  return registry;
}

describe('long requests', () => {
  const renders = (registry: RegistryForTest, prompt: string, as: string, given: object = { name: 'Ada' }) =>
    registry.call('POST', `/v1/prompts/${prompt}/-/render`, { input: given, channel: 'latest' }, { as });
  const loops = (registry: RegistryForTest, count: number, as: string) =>
    Array.from({ length: count }, () => renders(registry, 'loops', as, input));

  it('are refused beyond the queue of their key, with when to retry, and other keys are not affected', async () => {
    await using registry = await aBusyRegistry();
    const hogs = loops(registry, 10, 'development reader hog');
    const others = await Promise.all([
      renders(registry, 'long', 'development reader other'),
      renders(registry, 'short', 'development reader hog'),
      registry.call('GET', '/healthz'),
      registry.call('GET', '/v1/prompts/long?channel=latest', undefined, { as: 'development reader hog' }),
    ]);
    assert.deepEqual(
      others.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    const answers = await Promise.all(hogs);
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 1, answers.map(({ status }) => status).join(' '));
    for (const each of refused) {
      assertProblem(each, 429, 'queue_full', /^This key already has 2 long requests waiting\. Wait 1 s/);
      assert.equal(each.headers.get('retry-after'), '1');
    }
    for (const each of answers)
      if (each.status !== 429) assertProblem(each, 422, 'too_expensive', /1,000,000 steps/);
  });

  it('are refused for all keys with 503 when too many wait', async () => {
    await using registry = await aBusyRegistry({ waiting: 2 });
    const keys = ['one', 'two', 'three', 'four', 'five'];
    const answers = await Promise.all(keys.flatMap(key => loops(registry, 2, `development reader ${key}`)));
    const refused = answers.filter(({ status }) => status === 503);
    assert.ok(refused.length >= 1);
    for (const each of refused) {
      assertProblem(each, 503, 'unavailable', /reached its limit of waiting long requests/);
      assert.equal(each.headers.get('retry-after'), '1');
    }
  });

  it('leave the queue when their caller disconnects', async () => {
    await using registry = await aBusyRegistry({ waitingPerKey: 50, waiting: 50 });
    const gone = new AbortController();
    const authorization = `Bearer ${await registry.key('development', 'reader', 'hog')}`;
    const asked = Array.from({ length: 40 }, () =>
      fetch(`${registry.url}/v1/prompts/loops/-/render`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ input, channel: 'latest' }),
        signal: gone.signal,
      }).catch(() => undefined),
    );
    await eventually('the queue to fill', async () => (await waiting(registry)) >= 30);
    gone.abort();
    await Promise.all(asked);
    await eventually('the queue to empty', async () => (await waiting(registry)) === 0);
    assert.equal((await renders(registry, 'long', 'development reader hog')).status, 200);
    const blamed = registry.logged.filter(({ event, status }) => event === 'fault' || Number(status) >= 500);
    assert.deepEqual(blamed, [], 'a caller who leaves is no fault of the registry');
  });

  it('are answered or cut off when the server stops with a full queue, without delaying it', async () => {
    const registry = await aBusyRegistry({ waitingPerKey: 50, waiting: 50 });
    const asked = loops(registry, 20, 'development reader hog').map(each => each.catch(() => undefined));
    await eventually('the queue to fill', async () => (await waiting(registry)) >= 5);
    await registry.close();
    for (const answer of await Promise.all(asked))
      if (answer !== undefined) assert.ok([422, 503].includes(answer.status), String(answer.status));
  });

  it('give the same answers, large and small, in every call that may take long', async () => {
    await using registry = await aBusyRegistry();
    const partial = '{{#if name}}For {{name}}.{{/if}}\n'.repeat(500);
    await registry.publish('_sign', partial, null);
    await registry.publish('letter', `${LONG}\n{{> sign}}\n`, null);
    await registry.publish('letter', `Dear all,\n${LONG}\n{{> sign}}\n`, 1);
    const text = `${LONG}\n${partial}`.replaceAll('{{name}}', 'Ada').replaceAll(/\{\{.*?\}\}/g, '');
    const rendered = await renders(registry, 'letter', 'development reader');
    assert.equal(rendered.text.trimEnd(), `Dear all,\n${text}`.trimEnd());
    const delivered = await registry.call('GET', '/v1/prompts/letter?version=1');
    assert.equal(delivered.text.trimEnd(), `${LONG}\n${partial}`.trimEnd());
    const json = await registry.call('GET', '/v1/prompts/letter?version=1', undefined, {
      headers: { accept: 'application/json' },
    });
    assert.equal(json.json.template, delivered.text);
    const diff = await registry.call('GET', '/v1/prompts/letter/-/diff?from=1&to=2', undefined, {
      headers: { accept: 'application/json' },
    });
    assert.match(diff.json.diff, /^\+Dear all,$/m);
    assert.deepEqual(diff.json.inputs, []);
    const live = await registry.call(
      'GET',
      '/v1/prompts/letter/-/live?environment=development&channel=latest',
    );
    assert.equal(live.json.version, 2);
    assert.ok(live.json.text.startsWith('Dear all,\n'));
    const wrong = { source: `${LONG}{{#if name}}`, message: '', base: 2 };
    const refused = await registry.call('POST', '/v1/prompts/letter/-/versions', wrong);
    assertProblem(refused, 422, 'invalid_source', /^letter:1201:1: /);
    const absent = { source: `${LONG}{{> absent}}`, message: '', base: 2 };
    const unlinked = await registry.call('POST', '/v1/prompts/letter/-/versions', absent);
    assertProblem(unlinked, 422, 'invalid_source', /^letter:1201:5: The partial "absent" was not found/);
  });
});

/** The number of requests that wait for a thread, as the process tells. */
async function waiting(registry: RegistryForTest): Promise<number> {
  const { text } = await registry.call('GET', '/metrics');
  return Number(/^promptforge_requests_waiting (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}
