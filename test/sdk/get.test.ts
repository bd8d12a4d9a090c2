import assert from 'node:assert/strict';
import { patience } from '../../scripts/host/patience.ts';
import { digestOf } from '../../src/core/digest.ts';
import { createClient, type FetchEvent, PromptForgeError } from '../../src/sdk/client.ts';
import { ask } from '../registry/a-registry.ts';
import { aSetting, codeOf, NAME, type Setting } from './a-client.ts';
import { problem } from './a-proxy.ts';

const SECRET = 'pf_production_000000000000_00000000000000000000000000000000000000';

describe('prompts.get', () => {
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
  });
  after(() => setting[Symbol.asyncDispose]());
  afterEach(() => {
    setting.proxy.fault = 'none';
  });

  it('returns text, version, digest, channel, environment and metadata in one round trip', async () => {
    const { proxy, client, clock } = setting;
    const before = proxy.seen.length;
    const prompts = client();
    const prompt = await prompts.get(NAME);
    assert.deepEqual(
      { ...prompt, metadata: undefined },
      {
        text: 'One {{mail}}',
        name: NAME,
        version: 1,
        reference: `${NAME}@1`,
        digest: digestOf('---\nmodel: acme/small\n---\nOne {{mail}}'),
        channel: 'stable',
        environment: 'production',
        metadata: undefined,
        age: 0,
        source: 'network',
      },
    );
    assert.equal(prompt.metadata.model, 'acme/small');
    assert.deepEqual(proxy.seen.slice(before), [`GET /v1/prompts/${NAME}`]);
    clock.now += 1000;
    const again = await prompts.get(NAME);
    assert.deepEqual([again.source, again.age, proxy.seen.length], ['cache', 1, before + 1]);
  });

  it('returns other channels and exact versions, each cached separately', async () => {
    const prompts = setting.client({ environment: 'staging' });
    const [stable, latest, pinned] = await Promise.all([
      prompts.get(NAME),
      prompts.get(NAME, { channel: 'latest' }),
      prompts.get(NAME, { version: 1 }),
    ]);
    assert.deepEqual(
      [stable.version, latest.channel, pinned.version, pinned.channel],
      [2, 'latest', 1, null],
    );
    setting.pass(100_000);
    assert.equal((await prompts.get(NAME, { version: 1 })).source, 'cache');
  });

  it('sends one request for concurrent calls', async () => {
    const { proxy, client } = setting;
    const before = proxy.seen.length;
    const prompts = client();
    const given = await Promise.all(Array.from({ length: 50 }, () => prompts.get(NAME)));
    assert.equal(proxy.seen.length, before + 1);
    assert.ok(given.every(({ version }) => version === 1));
  });

  it('sends the known ETag, and uses its text after a 304', async () => {
    const events: FetchEvent[] = [];
    const prompts = setting.client({ onFetch: event => events.push(event) });
    const first = await prompts.get(NAME);
    setting.pass(3600);
    const again = await prompts.get(NAME);
    assert.deepEqual([again.source, again.text, again.age], ['network', first.text, 0]);
    assert.deepEqual(
      events.map(({ unchanged, reference, error }) => ({ unchanged, reference, error })),
      [
        { unchanged: false, reference: `${NAME}@1`, error: undefined },
        { unchanged: true, reference: `${NAME}@1`, error: undefined },
      ],
    );
  });

  it('returns objects that callers cannot change', async () => {
    const prompts = setting.client();
    const { metadata } = await prompts.get(NAME);
    assert.throws(() => Object.assign(metadata.config, { temperature: 2 }), TypeError);
    assert.throws(() => Object.assign(metadata.raw, { model: 'other' }), TypeError);
  });

  it('keeps at most maxEntries prompts', async () => {
    const { proxy, client, registry } = setting;
    for (const name of ['lru/a', 'lru/b', 'lru/c']) await registry.publish(name, name, null);
    for (const name of ['lru/a', 'lru/b', 'lru/c'])
      for (const environment of ['staging', 'production']) await registry.promote(name, 1, environment);
    const prompts = client({ maxEntries: 2 });
    for (const name of ['lru/a', 'lru/b', 'lru/a', 'lru/c']) await prompts.get(name);
    const before = proxy.seen.length;
    assert.equal((await prompts.get('lru/a')).source, 'cache');
    assert.equal((await prompts.get('lru/b')).source, 'network');
    assert.equal(proxy.seen.length, before + 1);
  });

  describe('refuses', () => {
    it('a key of another environment, and does not send it', async () => {
      const { proxy, client, registry } = setting;
      const before = proxy.seen.length;
      const key = await registry.key('staging', 'reader');
      const error = await client({ key })
        .get(NAME)
        .catch((thrown: unknown) => thrown);
      assert.ok(PromptForgeError.is(error, 'wrong_environment'));
      assert.match(error.message, /key is one of staging.*for production/);
      assert.equal(proxy.seen.length, before);
    });

    it('an invalid key, and does not send it', async () => {
      const { proxy, client } = setting;
      const before = proxy.seen.length;
      for (const key of ['sk-proj-123456', 'pf_production', () => undefined as unknown as string])
        assert.equal(await codeOf(client({ key }).get(NAME)), 'key_refused');
      const failing = () => Promise.reject(new Error('The vault is sealed'));
      assert.equal(await codeOf(client({ key: failing }).get(NAME)), 'key_refused');
      assert.equal(proxy.seen.length, before);
    });

    it('any answer for another environment', async () => {
      const { proxy, client, registry } = setting;
      const authorization = `Bearer ${await registry.key('staging', 'reader')}`;
      const staging = await ask(registry.url, 'GET', `/v1/prompts/${NAME}`, undefined, {
        authorization,
        accept: 'application/json',
      });
      proxy.fault = { status: 200, headers: Object.fromEntries(staging.headers), body: staging.text };
      assert.equal(await codeOf(client().get(NAME)), 'wrong_environment');
    });

    for (const [what, fault, code] of [
      ['a key that was revoked', problem(401, 'key_revoked'), 'key_refused'],
      ['a channel that is not served', problem(403, 'channel_not_served'), 'access_denied'],
      ['too many requests', problem(429, 'rate_limited', { 'Retry-After': '7' }), 'rate_limited'],
      ['a registry that cannot answer', problem(503, 'unavailable', { 'Retry-After': '7' }), 'unavailable'],
      ['a proxy whose server is down', { status: 502, body: '<html>Bad gateway' }, 'unavailable'],
      [
        'a login page',
        { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>Sign in' },
        'not_a_registry',
      ],
      ['a redirect', { status: 302, headers: { Location: 'https://login.example.com' } }, 'not_a_registry'],
      [
        'another API',
        { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"text":"Hello"}' },
        'not_a_registry',
      ],
      [
        'another API that claims to be ours',
        {
          status: 200,
          headers: { 'Content-Type': 'application/json', 'PromptForge-Api': '1' },
          body: '{"text":"Hello"}',
        },
        'not_a_registry',
      ],
      [
        'JSON that ends early',
        { status: 200, headers: { 'PromptForge-Api': '1' }, body: '{"name"' },
        'not_a_registry',
      ],
      ...[401, 403, 404].map(
        status =>
          [
            `problem ${status} of another API`,
            {
              status,
              headers: { 'Content-Type': 'application/problem+json' },
              body: `{"type":"about:blank","status":${status},"code":"prompt_not_found","detail":"Nope."}`,
            },
            'not_a_registry',
          ] as const,
      ),
      ['an empty answer', { status: 204 }, 'not_a_registry'],
      [
        'a 304 without an earlier answer',
        { status: 304, headers: { 'PromptForge-Api': '1' } },
        'not_a_registry',
      ],
    ] as const)
      it(`${what} with ${code}, and returns no text`, async () => {
        setting.proxy.fault = fault;
        const error = await setting
          .client()
          .get(NAME)
          .then(
            value => assert.fail(`It gave ${JSON.stringify(value)}`),
            (thrown: unknown) => thrown,
          );
        assert.ok(PromptForgeError.is(error, code), String(error));
        assert.ok(error.message.length > 20);
        if (code === 'rate_limited') assert.equal(error.retryAfter, 7);
      });

    it('a prompt that nobody promoted, and explains what to do', async () => {
      const error = await setting
        .client()
        .get('support/other')
        .catch((thrown: unknown) => thrown);
      assert.ok(PromptForgeError.is(error, 'prompt_not_found'));
      assert.match(error.message, /promote a version there first/);
      assert.equal(error.status, 404);
    });

    it('one prompt, but not the others with it', async () => {
      const prompts = setting.client();
      // A device's name on Windows: the registry alone refuses it.
      assert.equal(await codeOf(prompts.get('con')), 'invalid_name');
      assert.equal(await codeOf(prompts.get('support/other')), 'prompt_not_found');
      setting.proxy.fault = { status: 200, headers: { 'PromptForge-Api': '1' }, body: '{}' };
      assert.equal(await codeOf(prompts.get('lru/b')), 'not_a_registry');
      setting.proxy.fault = 'none';
      assert.equal((await prompts.get(NAME)).version, 1);
    });

    it('an invalid name, channel or version, before it sends a request', async () => {
      const { proxy, client } = setting;
      const prompts = client();
      const before = proxy.seen.length;
      for (const name of [
        '',
        '../healthz',
        'a/-/render',
        'a?version=2',
        'a@2',
        'a b',
        5 as unknown as string,
      ])
        assert.equal(await codeOf(prompts.get(name)), 'invalid_name', String(name));
      for (const options of [
        { channel: 'a/b' },
        { version: 0 },
        { version: 1.5 },
        { channel: 'stable', version: 1 },
      ])
        assert.equal(await codeOf(prompts.get(NAME, options)), 'invalid_name');
      assert.equal(proxy.seen.length, before);
    });

    it('a name that only looks like a cached entry', async () => {
      const prompts = setting.client({ environment: 'staging' });
      await prompts.get(NAME, { version: 1 });
      await prompts.get(NAME, { channel: 'latest' });
      for (const name of [`${NAME}@1`, `${NAME}?latest`])
        assert.equal(await codeOf(prompts.get(name)), 'invalid_name');
    });

    it('options that make no sense', () => {
      const right = { url: 'https://prompts.example.com', key: SECRET, environment: 'production' };
      for (const wrong of [
        { url: 'prompts.example.com' },
        { url: 'ftp://prompts.example.com' },
        { url: 'https://user:password@prompts.example.com' },
        { url: 'https://prompts.example.com?x=1' },
        { url: 'http://prompts.example.com' },
        { key: '' },
        { environment: 'Production' },
        { timeout: 0 },
        { maxStale: -1 },
      ])
        assert.throws(
          () => createClient({ ...right, ...wrong }),
          (error: unknown) =>
            PromptForgeError.is(error, 'invalid_options') && !error.message.includes(SECRET),
          JSON.stringify(wrong),
        );
      createClient({ ...right, url: 'http://prompts.example.com', allowHttp: true });
    });
  });

  it('does not repeat its key in errors, even if the answer quotes it', async () => {
    const { proxy, client } = setting;
    const detail = `The key ${SECRET} is not known.`;
    const body = JSON.stringify({ type: 'urn:promptforge:problem:key_unknown', code: 'key_unknown', detail });
    proxy.fault = { status: 401, body, headers: { 'Content-Type': 'application/problem+json' } };
    const error = await client({ key: SECRET })
      .get(NAME)
      .catch((thrown: unknown) => thrown as PromptForgeError);
    assert.ok(error instanceof PromptForgeError);
    assert.equal(error.message, 'The key pf_… is not known.');
    assert.equal(error.problem, 'key_unknown');
    assert.ok(!JSON.stringify([error, error.cause ?? null]).includes(SECRET));
    // Nor a part of it, where a long answer is cut.
    for (let before = 1000 - SECRET.length; before < 1000; before += 7) {
      const long = JSON.stringify({
        type: 'urn:promptforge:problem:key_unknown',
        code: 'key_unknown',
        detail: `${'x'.repeat(before)}${SECRET}`,
      });
      proxy.fault = { status: 401, body: long, headers: { 'Content-Type': 'application/problem+json' } };
      await assert.rejects(client({ key: SECRET }).get(NAME), ({ message }: Error) =>
        /^x+(?:pf_?…?|p)?$/.test(message),
      );
    }
  });

  it('reads the key before each request, and again if it was just replaced', async () => {
    const { client, registry } = setting;
    const keys = [SECRET, await registry.key('production', 'reader', 'rotated')];
    let asked = 0;
    const prompts = client({ key: () => keys[Math.min(asked++, 1)] as string });
    assert.equal((await prompts.get(NAME)).version, 1);
    assert.ok(asked >= 2);
  });

  it('ends after its timeout, whatever hangs', async () => {
    const { proxy, client } = setting;
    proxy.fault = 'paused';
    const started = performance.now();
    assert.equal(await codeOf(client({ timeout: 50 }).get(NAME)), 'timeout');
    const never = () => new Promise<never>(() => undefined);
    await assert.rejects(client({ timeout: 50, key: never }).get(NAME), {
      code: 'timeout',
      message: /^The function "key" did not answer within 0\.05 s/,
    });
    let asked = 0;
    const onceOnly = () => (asked++ === 0 ? SECRET : never());
    proxy.fault = problem(401, 'key_unknown');
    await assert.rejects(
      client({ timeout: patience(500), key: onceOnly }).get(NAME),
      /^PromptForgeError: The function "key"/,
    );
    proxy.fault = 'paused';
    assert.equal(await codeOf(client({ timeout: 50, fetch: never }).get(NAME)), 'timeout');
    assert.ok(performance.now() - started < 60_000);
  });

  it('lets one caller give up, and continues for the others', async () => {
    const { proxy, client } = setting;
    proxy.fault = { slow: 50 };
    const prompts = client();
    const leaving = new AbortController();
    const [left, stayed] = [prompts.get(NAME, { signal: leaving.signal }), prompts.get(NAME)];
    leaving.abort();
    assert.equal(await codeOf(left), 'aborted');
    assert.equal((await stayed).version, 1);
  });

  it('retries errors that may be temporary, and waits as long as Retry-After says', async () => {
    const { proxy, client } = setting;
    const answers = [problem(503, 'unavailable'), 'killed', 'none'] as const;
    const prompts = client({
      retries: 2,
      fetch: (...given) => {
        proxy.fault = answers[Math.min(requests++, 2)] ?? 'none';
        return fetch(...given);
      },
    });
    let requests = 0;
    assert.equal((await prompts.get(NAME)).version, 1);
    assert.equal(requests, 3);
    proxy.fault = problem(429, 'rate_limited', { 'Retry-After': '5' });
    const before = proxy.seen.length;
    const started = performance.now();
    assert.equal(await codeOf(client({ retries: 2 }).get(NAME)), 'rate_limited');
    assert.equal(proxy.seen.length, before + 1, 'it does not wait longer than its timeout');
    assert.ok(performance.now() - started < 60_000);
  });

  it('sends no request before Retry-After has passed', async () => {
    const { proxy, client } = setting;
    proxy.fault = problem(429, 'rate_limited', { 'Retry-After': '30' });
    const prompts = client();
    assert.equal(await codeOf(prompts.get(NAME)), 'rate_limited');
    proxy.fault = 'none';
    setting.pass(29);
    const before = proxy.seen.length;
    assert.equal(await codeOf(prompts.get('lru/a')), 'rate_limited');
    assert.equal(proxy.seen.length, before);
    setting.pass(2);
    assert.equal((await prompts.get(NAME)).version, 1);
  });
});
