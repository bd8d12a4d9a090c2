/** Langfuse's own clients pointed at a registry. */
import assert from 'node:assert/strict';
import { LangfuseClient } from '@langfuse/client';
import { Langfuse } from 'langfuse';
import { eventually } from '../eventually.ts';
import { runs } from '../runs.ts';
import { type Answered, aRegistry, ask, assertProblem, type RegistryForTest } from './a-registry.ts';

const PATH = '/api/public/v2/prompts';
const TEXT = `---
model: openai/gpt-5
config:
  temperature: 0.2
input:
  schema:
    name: string
    fee: string
---
{{> greeting}} the fee is {{fee}}.`;
const CHAT = '{{role "system"}}Be {{tone}}.{{role "model"}}Yes?{{role "user"}}Mail: {{mail}}';
const TRACES = { environment: 'production', role: 'reader' } as const;

interface Fetched {
  readonly version: number;
  readonly type: string;
  readonly config: unknown;
  readonly labels: readonly string[];
  readonly tags: readonly string[];
  compile(variables: Record<string, string>): unknown;
}
interface Wanted {
  readonly label?: string;
  readonly version?: number;
  readonly type?: 'text' | 'chat';
  readonly maxRetries?: number;
}
type Client = (name: string, wanted?: Wanted) => Promise<Fetched>;

const once = { cacheTtlSeconds: 0, maxRetries: 0 };
/** By the name of their packages: what a team's code calls. */
const CLIENTS: Readonly<Record<string, (baseUrl: string, secretKey: string) => Client>> = {
  'langfuse 3'(baseUrl, secretKey) {
    const client = new Langfuse({ publicKey: 'pk-lf-anything', secretKey, baseUrl });
    return (name, { version, ...wanted } = {}) =>
      client.getPrompt(name, version, { ...once, ...wanted } as never) as Promise<Fetched>;
  },
  '@langfuse/client 5'(baseUrl, secretKey) {
    const client = new LangfuseClient({ publicKey: 'pk-lf-anything', secretKey, baseUrl });
    return (name, wanted = {}) =>
      client.prompt.get(name, { ...once, ...wanted } as never) as unknown as Promise<Fetched>;
  },
};

const basic = (key: string, user = 'pk') => ({
  authorization: `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}`,
});

/** What the clients print of a failure is no output of the tests. */
async function failure(request: Promise<unknown>): Promise<string> {
  const { error } = console;
  console.error = () => {};
  try {
    await request;
  } catch (failed) {
    // One puts the answer's body into its message, the other only the field "message".
    return String(failed);
  } finally {
    console.error = error;
  }
  return assert.fail('was fetched');
}

async function filled(setup?: Parameters<typeof aRegistry>[0]): Promise<RegistryForTest> {
  const registry = await aRegistry(setup);
  await registry.publish('support/_greeting', 'Dear {{name}},', null);
  await registry.publish('support/fees', TEXT, null);
  await registry.publish('support/fees', TEXT.replace('the fee', 'your fee'), 1);
  await registry.publish('support/chat', CHAT, null);
  await registry.publish('support/blocks', 'Hello{{#if name}} {{name}}{{/if}}', null);
  for (const name of ['support/fees', 'support/chat', 'support/blocks'])
    for (const environment of ['staging', 'production']) await registry.promote(name, 1, environment);
  return registry;
}

for (const [name, makeClient] of Object.entries(CLIENTS)) {
  describe(`${name} with a registry in place of Langfuse`, () => {
    let registry: RegistryForTest;
    before(async () => {
      registry = await filled();
    });
    after(() => registry[Symbol.asyncDispose]());
    const client = async (as = TRACES as { environment: string; role: 'reader' }, url = registry.url) =>
      makeClient(url, await registry.key(as.environment, as.role));

    it('gets the live text, its variables and the config from the front matter', async () => {
      const get = await client();
      for (const wanted of [{}, { label: 'production' }, { label: 'stable' }, { version: 1 }]) {
        const prompt = await get('support/fees', wanted);
        assert.deepEqual(
          [prompt.version, prompt.type, prompt.config, prompt.tags],
          [1, 'text', { model: 'openai/gpt-5', temperature: 0.2 }, []],
        );
        assert.deepEqual(prompt.labels, 'version' in wanted ? [] : ['production']);
        const input = { name: 'Ada', fee: '12' };
        const path = '/v1/prompts/support/fees/-/render';
        const rendered = await registry.call('POST', path, { input }, { as: 'production reader' });
        assert.equal(prompt.compile(input), rendered.text);
        assert.equal(rendered.text, 'Dear Ada, the fee is 12.');
      }
    });

    it('gets the messages of a chat prompt', async () => {
      const prompt = await (await client())('support/chat', { type: 'chat' });
      assert.deepEqual(prompt.compile({ tone: 'kind', mail: 'Hi' }), [
        { role: 'system', content: 'Be kind.' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: 'Mail: Hi' },
      ]);
    });

    it('follows promotions and rollbacks, and gets other channels by label', async () => {
      const get = await client({ environment: 'development', role: 'reader' });
      await registry.publish('support/moves', 'One', null);
      await registry.publish('support/moves', 'Two', 1);
      for (const version of [1, 2, 1]) {
        await registry.promote('support/moves', version, 'development');
        assert.equal((await get('support/moves')).version, version);
      }
      const { json } = await registry.call('GET', '/v1/environments');
      const policy = { ...json.data[0].policy, serves: ['stable', 'latest', 'canary'] };
      await registry.call('PUT', '/v1/environments/development', policy);
      await registry.promote('support/moves', 1, 'development', 'canary');
      assert.deepEqual((await get('support/moves', { label: 'canary' })).labels, ['canary']);
      const latest = await get('support/moves', { label: 'latest' });
      assert.deepEqual([latest.version, latest.labels], [2, ['latest']]);
    });

    it("shows why it gets nothing, in the registry's words", async () => {
      const get = await client();
      const cases: readonly (readonly [string, Wanted, RegExp])[] = [
        ['support/fees', { label: 'latest' }, /production serves .*stable.* not .*latest|does not serve/],
        ['support/fees', { version: 2 }, /support\/fees@2 was never live in production/],
        ['support/nothing', {}, /production serves no prompt .*support\/nothing/],
        ['support/blocks', {}, /support\/blocks@1:1:6: Langfuse's clients do not support \{\{#if …\}\}/],
        ['Bad Name!', {}, /Bad Name!.* 1–200|characters|a–z/],
      ];
      for (const [prompt, wanted, sentence] of cases)
        assert.match(await failure(get(prompt, wanted)), sentence, prompt);
      const unknown = (await registry.key('production', 'reader')).replace(/.{38}$/, key =>
        [...key].reverse().join(''),
      );
      assert.match(await failure(makeClient(registry.url, unknown)('support/fees')), /key/);
      assert.match(await failure(makeClient(registry.url, 'sk-lf-1')('support/fees')), /not a key|key/i);
    });

    it('uses its fallback text when the registry refuses', async () => {
      const get = await client();
      const { error } = console;
      console.error = () => {};
      const prompt = await get('support/blocks', { fallback: 'Hello {{name}}' } as never).finally(() => {
        console.error = error;
      });
      assert.equal(prompt.compile({ name: 'Ada' }), 'Hello Ada');
    });

    for (const workers of [0, 2])
      it(`is served by ${workers} delivery threads`, async () => {
        await using served = await filled({ workers });
        const get = makeClient(served.url, await served.key('production', 'reader'));
        assert.equal((await get('support/fees')).version, 1);
        await served.promote('support/fees', 2, 'staging');
        await served.promote('support/fees', 2, 'production');
        assert.equal((await get('support/fees')).version, 2);
      });
  });
}

describe('the Langfuse route', () => {
  let registry: RegistryForTest;
  let reader: string;
  before(async () => {
    registry = await filled();
    reader = await registry.key('production', 'reader');
  });
  after(() => registry[Symbol.asyncDispose]());
  const get = (path: string, headers: Record<string, string> = basic(reader), url = registry.url) =>
    ask(url, 'GET', PATH + path, undefined, headers);

  it('takes the key as the password of any user or as a bearer token, and names with encoded slashes', async () => {
    for (const path of ['/support%2Ffees', '/support/fees', '/support%2ffees?label=production'])
      for (const headers of [
        basic(reader),
        basic(reader, ''),
        basic(reader, 'a:b:'),
        { authorization: `Bearer ${reader}` },
        { authorization: basic(reader).authorization.replace('Basic', 'basic ') },
      ]) {
        const { status, json } = await get(path, headers);
        assert.deepEqual([status, json.name, json.commitMessage], [200, 'support/fees', null]);
      }
  });

  it('is the only one that takes Basic authentication', async () => {
    const admin = basic(await registry.key('production', 'admin'));
    for (const path of ['/v1/prompts/support/fees', '/v1/keys/current', '/v1/prompts'])
      assertProblem(await ask(registry.url, 'GET', path, undefined, admin), 401, 'key_malformed');
  });

  it('answers problems in the fields Langfuse clients read, with a Basic challenge', async () => {
    const missing = await get('/support/fees', {});
    assertProblem(missing, 401, 'key_missing', /as its secret key/);
    assert.match(missing.headers.get('www-authenticate') ?? '', /^Basic realm="promptforge"/);
    for (const authorization of ['Basic', 'Basic !', basic('').authorization])
      assertProblem(await get('/support/fees', { authorization }), 401, 'key_missing', /as its secret key/);
    const refused: readonly Answered[] = [
      missing,
      await get('/support/fees', { authorization: 'Basic !' }),
      await get('/support/fees', basic('')),
      await get('/support/fees?label=latest'),
      await get('/support/blocks'),
      await get('/support/none'),
      await get('/support/fees?label=production&version=1'),
      await get('/support/fees?label=Not%20A%20Channel'),
      await get('/support/fees?resolve=false'),
      await get('/support/fees?unknown=1'),
      await ask(registry.url, 'POST', PATH, {}, basic(reader)),
      await ask(registry.url, 'PATCH', `${PATH}/support%2Ffees`, {}, basic(reader)),
      await ask(registry.url, 'POST', '/api/public/ingestion', {}, basic(reader)),
    ];
    for (const { status, json, headers } of refused) {
      assert.ok(status >= 400 && status < 500, String(status));
      assert.equal(json.message, json.detail);
      assert.equal(json.error, json.title);
      assert.equal(headers.get('content-type'), 'application/problem+json');
    }
    assert.deepEqual(
      refused.map(({ status }) => status),
      [401, 401, 401, 403, 406, 404, 422, 422, 422, 422, 404, 405, 404],
    );
    assert.match(refused.at(-1)?.json.detail, /send traces to Langfuse itself/);
  });

  it('points to the error in a prompt that cannot be delivered, and answers 304 to its ETag', async () => {
    const { json } = await get('/support/blocks');
    assert.deepEqual([json.issues[0].line, json.issues[0].column], [1, 6]);
    const { headers } = await get('/support/fees');
    const etag = headers.get('etag') ?? '';
    assert.equal(headers.get('promptforge-version'), 'support/fees@1');
    assert.equal((await get('/support/fees', { ...basic(reader), 'if-none-match': etag })).status, 304);
    const { text } = await ask(registry.url, 'HEAD', `${PATH}/support/fees`, undefined, basic(reader));
    assert.equal(text, '');
  });

  it('applies the rate limit of the key, and says when to retry', async () => {
    await using limited = await aRegistry({ folder: registry.folder, serving: { rateLimit: 2 } });
    const key = await registry.key('production', 'reader', 'hasty');
    // At once, as a slow machine may leave time for as many in turn.
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => get('/support/fees', basic(key), limited.url)),
    );
    const many = answers.filter(({ status }) => status === 429);
    assert.ok(many.length >= 1 && answers.filter(({ status }) => status === 200).length >= 4);
    for (const answer of many) {
      assertProblem(answer, 429, 'rate_limited');
      assert.equal(answer.headers.get('retry-after'), String(answer.json.retryAfter));
      assert.equal(answer.json.message, answer.json.detail);
    }
    // Its clients wait as long as they are told, and get it.
    const client = CLIENTS['@langfuse/client 5'] as (typeof CLIENTS)[string];
    const fetched = await client(limited.url, key)('support/fees', { maxRetries: 3 });
    assert.equal(fetched.version, 1);
  });

  it('answers a valid key during a flood of invalid ones, which it refuses in the same format', async () => {
    const failedKeys = {
      perAddress: { perSecond: 0.001, burst: 1 },
      total: { perSecond: 1000, burst: 1000 },
    };
    await using flooded = await filled({ serving: { limits: { failedKeys } } });
    const key = await flooded.key('production', 'reader');
    const bad = () => get('/support/fees', basic('sk-lf-nothing'), flooded.url);
    await eventually('refused without a closer look', async () => (await bad()).status === 429);
    const refused = await bad();
    assertProblem(refused, 429, 'rate_limited', /without a valid key/);
    assert.equal(refused.json.message, refused.json.detail);
    assert.equal(refused.headers.get('retry-after'), '1');
    for (let n = 0; n < 5; n++)
      assert.equal((await get('/support/fees', basic(key), flooded.url)).status, 200);
  });

  it('answers from memory, and has its own metrics', async () => {
    const figures = async () =>
      (await registry.call('GET', '/metrics', undefined, { as: 'production author' })).text;
    const from = async () =>
      Number(/deliveries_total\{from="memory"\} (\d+)/.exec(await figures())?.[1] ?? 0);
    await eventually('it to be in memory', async () => {
      const before = await from();
      await get('/support/fees');
      return (await from()) > before;
    });
    const before = await from();
    for (let n = 0; n < 10; n++) await get('/support/fees');
    assert.equal((await from()) - before, 10);
    assert.match(await figures(), /route="\/api\/public\/v2\/prompts\/\{name\}",?[^\n]*\} \d/);
  });

  it('leaves no key in the log', async () => {
    await get('/support/none');
    await get('/support/fees', basic(`${reader}x`));
    const encoded = Buffer.from(`pk:${reader}`).toString('base64').slice(4, 40);
    const log = JSON.stringify(registry.logged);
    assert.ok(log.includes('/api/public/v2/prompts/support/none'));
    assert.ok(!log.includes(reader.slice(-20)) && !log.includes(encoded));
  });

  it('is served by a delivery-only process', async () => {
    await using delivering = await aRegistry({ folder: registry.folder, serving: { deliveryOnly: true } });
    assert.equal((await get('/support/fees', basic(reader), delivering.url)).status, 200);
  });

  it('handles long texts and texts made in a worker thread', async () => {
    const long = `${'Line {{a}} with text.\n'.repeat(runs(20_000, 6000))}End`;
    await registry.publish('support/long', long, null);
    await registry.promote('support/long', 1, 'staging');
    await registry.promote('support/long', 1, 'production');
    const { status, json } = await get('/support%2Flong');
    assert.deepEqual([status, json.prompt], [200, long]);
  });
});
