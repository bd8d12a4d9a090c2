/** What clients can make a registry keep in memory by what they ask for. */
import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { Digest } from '../../src/core/digest.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import {
  type CachedDelivery,
  type DeliverySpec,
  deliveryCache,
  REPRESENTATIONS,
} from '../../src/registry/delivery/delivery-cache.ts';
import { preparedDelivery } from '../../src/registry/delivery/prepared.ts';
import { retainedBytes } from '../../src/registry/delivery/retained-bytes.ts';
import { canonicalTarget } from '../../src/registry/delivery/target.ts';
import { sender } from '../../src/registry/serving/send.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, ask, type RegistryForTest } from '../registry/a-registry.ts';
import { runs } from '../runs.ts';

const MIB = 1024 * 1024;
const STAGING = parseEnvironmentName('staging');

function made(spec: DeliverySpec, text: string): CachedDelivery {
  const { prompt, environment } = spec;
  const delivered = {
    ...{ prompt, environment, version: 1 as never, channel: null },
    digest: 'sha256:0' as Digest,
    publishedAt: '2026-01-01T00:00:00.000Z',
  };
  return { spec, prepared: preparedDelivery(delivered, `"sha256:0 ${prompt}"`, 'text/plain', text) };
}

const specs: fc.Arbitrary<DeliverySpec> = fc.record({
  environment: fc.constantFrom(STAGING, parseEnvironmentName('json')),
  representation: fc.constantFrom(...REPRESENTATIONS, 'langfuse'),
  prompt: fc.constantFrom(...['a', 'b', 'c', 'json', 'a/b'].map(parsePromptName)),
  wanted: fc.oneof(
    fc.record({ channel: fc.constantFrom(...(['stable', 'latest', 'canary'] as never[])) }),
    fc.record({ version: fc.integer({ min: 1, max: 3 }) }),
  ),
});

describe('the delivery cache', () => {
  it('never exceeds its bound, and finds entries only by what they deliver', () => {
    const steps = fc.array(
      fc.record({
        spec: specs,
        length: fc.integer({ min: 0, max: 40_000 }),
        step: fc.constantFrom('set', 'admit', 'delete'),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 200_000 }), (all, capacity) => {
        const cache = deliveryCache(capacity);
        for (const { spec, length, step } of all) {
          const delivery = made(spec, 'x'.repeat(length));
          const isAdmitted = step === 'admit' && cache.admit(delivery);
          if (step === 'delete') cache.delete(spec);
          if (step === 'set') cache.set(delivery);
          const { environment, representation } = spec;
          const found = cache.get(environment, representation, canonicalTarget(spec));
          assert.ok(found === undefined || (step !== 'delete' && found === delivery.prepared));
          if (step === 'admit') assert.equal(found !== undefined, isAdmitted);
          assert.ok(cache.bytes <= capacity);
        }
        const kept = [...cache.specs()];
        assert.equal(kept.length, cache.size);
        const byPrompt = new Set(kept.map(({ prompt }) => prompt));
        assert.equal([...byPrompt].flatMap(prompt => cache.specsOf(prompt)).length, kept.length);
        cache.clear();
        assert.deepEqual([cache.bytes, cache.size], [0, 0]);
        assert.ok([...byPrompt].every(prompt => cache.specsOf(prompt).length === 0));
      }),
      { numRuns: runs(1000, 60) },
    );
  });

  it('evicts the least recently used entry, and nothing for one larger than its bound', () => {
    const cache = deliveryCache(100_000);
    const spec = (name: string): DeliverySpec => ({
      ...{ environment: STAGING, representation: 'text/plain', wanted: { version: 1 } },
      prompt: parsePromptName(name),
    });
    const isKept = (name: string) =>
      cache.get(STAGING, 'text/plain', canonicalTarget(spec(name))) !== undefined;
    for (const name of ['a', 'b', 'c', 'd']) cache.set(made(spec(name), 'x'.repeat(20_000)));
    assert.ok(isKept('a'));
    cache.set(made(spec('e'), 'x'.repeat(20_000)));
    assert.deepEqual(['a', 'b', 'c', 'd', 'e'].filter(isKept), ['a', 'c', 'd', 'e']);
    cache.set(made(spec('huge'), 'x'.repeat(90_000)));
    assert.deepEqual(['a', 'c', 'd', 'e', 'huge'].filter(isKept), ['a', 'c', 'd', 'e']);
    cache.set(made(spec('a'), 'x'.repeat(90_000)));
    assert.ok(!isKept('a'), 'the one before must not be delivered in its place');
  });

  it('keeps entries in constant use while more are requested in turn than fit', () => {
    const spec = (index: number): DeliverySpec => ({
      ...{ environment: STAGING, representation: 'text/plain', wanted: { version: 1 } },
      prompt: parsePromptName(`team/prompt-${index}`),
    });
    const cache = deliveryCache(1_000_000);
    let hits = 0;
    const asked = (index: number) => {
      if (cache.get(STAGING, 'text/plain', canonicalTarget(spec(index))) !== undefined) hits++;
      else cache.admit(made(spec(index), 'x'.repeat(7000)));
    };
    for (let turn = 0; turn < 5; turn++) for (let index = 0; index < 400; index++) asked(index);
    const kept = cache.size;
    assert.ok(kept >= 90 && cache.bytes <= 1_000_000, `${kept} deliveries`);
    assert.equal(hits, 4 * kept, 'each turn has those of the first');
    hits = 0;
    for (const index of [1000, 1000, 1000]) asked(index);
    assert.equal(hits, 1, 'one that is asked for again is kept');
    assert.equal(cache.size, kept);
    // What was published is kept at once.
    cache.set(made(spec(2000), 'x'.repeat(7000)));
    asked(2000);
    assert.equal(hits, 2);
  });

  for (const [what, text] of [
    ['short ASCII', 'A plain sentence. '],
    ['other short', 'Žluťoučký kůň 🐎 '],
    ['long', 'A plain sentence. '.repeat(2000)],
  ] as const)
    it(`counts the memory it retains: ${what} texts cut from long sources`, () => {
      const send = sender({ 'strict-transport-security': 'max-age=1' });
      const incoming = new IncomingMessage(new Socket());
      Object.assign(incoming, { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
      const entries = Math.min(2000, Math.ceil((40 * MIB) / (text.length * 10)));
      const cache = deliveryCache(1024 * MIB);
      const before = retained();
      for (let n = 0; n < entries; n++) {
        const source = `${'# A line above.\n'.repeat(200)}${text.repeat(10)}${n}`;
        const prompt = parsePromptName(`team/prompt-${n}`);
        const spec = {
          environment: STAGING,
          representation: 'text/plain',
          prompt,
          wanted: { version: 1 },
        } as const;
        const delivery = made(spec, source.slice(3200));
        cache.set(delivery);
        // An answer takes most once it was sent again.
        for (const answer of [delivery.prepared.whole, delivery.prepared.notModified])
          for (let time = 0; time < 3; time++) send(incoming, new ServerResponse(incoming), answer);
      }
      const taken = retained() - before;
      assert.equal(cache.size, entries);
      // The engine's own, such as what it compiled meanwhile.
      const slack = MIB;
      assert.ok(taken < cache.bytes + slack, `${taken} bytes are retained, ${cache.bytes} counted`);
    });

  it('measures values with everything they contain, each object once', () => {
    const shared = { text: 'x'.repeat(10_000) };
    const once = retainedBytes([shared]);
    assert.ok(once > 20_000);
    assert.ok(retainedBytes([shared, shared, new Map([['a', shared]])]) < once + 1000);
    const circular: unknown[] = [];
    circular.push(circular);
    assert.ok(retainedBytes(circular) < 1000);
    assert.equal(retainedBytes(Array.from({ length: 200_000 }, () => ({}))), Number.POSITIVE_INFINITY);
  });
});

describe('a registry asked for deliveries in every way', () => {
  let registry: RegistryForTest;
  let headers: Record<string, string>;
  before(async () => {
    registry = await aRegistry({ serving: { deliveryCache: 2 * MIB } });
    await registry.publish('team/a', 'A text.', null);
    await registry.promote('team/a', 1, 'staging');
    headers = { authorization: `Bearer ${await registry.key('staging', 'reader')}` };
  });
  after(() => registry[Symbol.asyncDispose]());
  const kept = async (what: 'bytes' | 'entries'): Promise<number> => {
    const { text } = await ask(registry.url, 'GET', '/metrics');
    return Number(new RegExp(`^promptforge_delivery_cache_${what} (\\d+)`, 'm').exec(text)?.[1]);
  };

  it('caches each delivery once, however its URL is written', async () => {
    const name = fc
      .array(fc.boolean(), { minLength: 6, maxLength: 6 })
      .map(encoded =>
        [...'team/a']
          .map((each, at) => (encoded[at] ? `%${each.charCodeAt(0).toString(16)}` : each))
          .join(''),
      );
    const zeros = fc.integer({ min: 0, max: 14 }).map(count => '0'.repeat(count));
    const query = fc.oneof(
      zeros.map(some => `?version=${some}1`),
      zeros.map(some => `?%76ersion=${some}%31&`),
      fc.constantFrom('', '?', '?&', '?&&', '?channel=stable', '?channel=%73table', '?&channel=stable'),
    );
    const accept = fc.constantFrom('*/*', 'text/*', 'text/plain;q=0.3', 'text/plain, x/y', ' */* ');
    const langfuseQuery = fc.oneof(
      zeros.map(some => `?version=${some}1`),
      fc.constantFrom('', '?', '?label=production', '?label=stable', '?%6cabel=stable&', '?resolve=true'),
    );
    let before = 0;
    await eventually('each in memory', async () => {
      for (const path of ['', '?version=1'])
        for (const prefix of ['/v1/prompts', '/api/public/v2/prompts'])
          await ask(registry.url, 'GET', `${prefix}/team/a${path}`, undefined, headers);
      // One that is read while the use of a key is written may not be kept.
      const now = await kept('entries');
      const isAll = now === before && now > 0;
      before = now;
      return isAll;
    });
    await fc.assert(
      fc.asyncProperty(name, query, accept, async (name, query, accept) => {
        const answered = await ask(registry.url, 'GET', `/v1/prompts/${name}${query}`, undefined, {
          ...headers,
          accept,
        });
        assert.equal(`${answered.status} ${answered.text}`, '200 A text.', name + query);
        assert.equal(await kept('entries'), before, name + query);
      }),
      { numRuns: runs(500, 40) },
    );
    await fc.assert(
      fc.asyncProperty(name, langfuseQuery, accept, async (name, query, accept) => {
        const path = `/api/public/v2/prompts/${name.replace('/', '%2F')}${query}`;
        const { status, json } = await ask(registry.url, 'GET', path, undefined, { ...headers, accept });
        assert.deepEqual([status, json.prompt], [200, 'A text.'], path);
        assert.equal(await kept('entries'), before, path);
      }),
      { numRuns: runs(500, 40) },
    );
  });

  it('does not exceed its cache bound with responses far larger than their sources', async () => {
    const large = 'x'.repeat(1000);
    const aliases = Array.from({ length: 90 }, (_, at) => `  k${at}: *a`).join('\n');
    for (let n = 0; n < 10; n++) {
      const source = `---\nx.a: &a ["${large}", "${large}", ${n}]\nx.b:\n${aliases}\n---\nText`;
      await registry.publish(`aliases/${n}`, source, null);
      const path = `/v1/prompts/aliases/${n}?channel=latest`;
      const json = { ...headers, accept: 'application/json' };
      const answered = await ask(registry.url, 'GET', path, undefined, json);
      assert.equal(answered.status, 200);
      assert.ok(answered.text.length > 20 * source.length);
      assert.ok((await kept('bytes')) <= 2 * MIB);
    }
    assert.ok((await kept('bytes')) > MIB / 2, 'they are kept, as far as there is room');
  });
});

/** What is retained on and off the heap, once all garbage is collected. */
function retained(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
