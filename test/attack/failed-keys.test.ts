/** Floods of requests without a valid key: they are refused cheaply, and a valid key from the same place goes on working. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';
import { keyAuthenticator } from '../../src/registry/access/key-authenticator.ts';
import { screenKey } from '../../src/registry/access/screen-key.ts';
import { createKey, revokeKey } from '../../src/registry/administration.ts';
import { memory } from '../../src/registry/registry-cache.ts';
import { addressGroup, trustedProxies } from '../../src/registry/serving/client-address.ts';
import { failedKeys, failedKeysMemory } from '../../src/registry/serving/failed-keys.ts';
import { eventually } from '../eventually.ts';
import {
  aRegistry,
  ask,
  assertProblem,
  type RegistryForTest,
  type RegistrySetup,
} from '../registry/a-registry.ts';
import { runs } from '../runs.ts';
import { bareSocket, statusesOf } from './sockets.ts';

const development = parseEnvironmentName('development');
/** One bad key at a stretch, and hardly another one for the rest of the test. */
const STRICT = { perAddress: { perSecond: 0.001, burst: 1 }, total: { perSecond: 1000, burst: 1000 } };
const LOOSE = { perSecond: 1000, burst: 1000 };

async function serving(
  failedKeyLimits = STRICT,
  more: RegistrySetup['serving'] = {},
): Promise<RegistryForTest> {
  const registry = await aRegistry({ serving: { limits: { failedKeys: failedKeyLimits }, ...more } });
  await registry.publish('p', 'Text', null);
  return registry;
}

const deliver = (registry: RegistryForTest, authorization?: string, headers: Record<string, string> = {}) =>
  ask(registry.url, 'GET', '/v1/prompts/p?channel=latest', undefined, {
    ...headers,
    ...(authorization !== undefined && { authorization }),
  });

const basic = (key: string) => `Basic ${Buffer.from(`pk:${key}`).toString('base64')}`;

/**
 * Resolves when a revoked key is refused like any other. The registry looks it up once, and once more when it hears of
 * the revocation only then.
 */
async function refused(registry: RegistryForTest, id: string, revoked: string): Promise<void> {
  // Once a later version is delivered, everything before it has been heard of.
  await registry.publish(`after.${id.toLowerCase()}`, 'Later', null);
  const later = await registry.call('GET', `/v1/prompts/after.${id.toLowerCase()}?channel=latest`);
  assert.equal(later.status, 200, later.text);
  await eventually('a refusal of the revoked key', async () => {
    const { status } = await deliver(registry, `Bearer ${revoked}`);
    assert.ok([401, 429].includes(status), `${status}`);
    return status === 429;
  });
}

/** Of which none is valid. */
const badHeader = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom('Bearer', 'Bearer x', 'Basic cGY6cGY=', 'bearer pf_', `Bearer ${'x'.repeat(8000)}`),
  fc.stringMatching(/^[ -~]{0,60}$/).map(text => `Bearer ${text}`),
  fc.stringMatching(/^pf_[a-z]{1,10}_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/).map(text => `Bearer ${text}`),
  fc.constant(null).map(() => `Bearer ${makeKey(development, randomBytes).key}`),
  fc.constant(null).map(() => basic(makeKey(development, randomBytes).key)),
);

describe('a flood of requests without a valid key', () => {
  it('is refused with 429 and a clear message, whatever it sends, and without a log line for each', async () => {
    await using registry = await serving();
    const { id, key: revoked } = await createKey(registry.store, {
      environment: development,
      role: 'reader',
      actor: 'gone',
      expiresAt: null,
    });
    await revokeKey(registry.store, id);
    assertProblem(await deliver(registry), 401, 'key_missing');
    await refused(registry, id, revoked);
    const logged = registry.logged.length;
    const bad = fc.oneof(badHeader, fc.constant(`Bearer ${revoked}`));
    const path = fc.constantFrom(
      '/v1/prompts/p?channel=latest',
      '/v1/prompts',
      '/v1/changes?wait=30',
      '/v1/keys',
      '/api/public/v2/prompts/p?label=latest',
    );
    await fc.assert(
      fc.asyncProperty(bad, path, async (authorization, path) => {
        const headers = authorization === undefined ? {} : { authorization };
        const answered = await ask(registry.url, 'GET', path, undefined, headers);
        assertProblem(answered, 429, 'rate_limited', /without a valid key came from your address/);
        assert.equal(answered.headers.get('retry-after'), '1');
      }),
      // A connection that was refused is not read from for up to a second.
      { numRuns: runs(60, 12) },
    );
    assert.equal((await fetch(`${registry.url}/nowhere`)).status, 429);
    const lines = registry.logged.slice(logged);
    assert.deepEqual(lines, [], 'one line told of all');
    const told = registry.logged.filter(({ event }) => event === 'many_failed_keys');
    assert.deepEqual(
      told.map(({ address, level }) => [address, level]),
      [['127.0.0.1', 'warn']],
    );
  });

  it('does not affect valid keys from the same address, even new ones', async () => {
    await using registry = await serving();
    const known = await registry.key('development', 'reader');
    await deliver(registry, 'Bearer x');
    const ok = async (key: string) => {
      const { status, text } = await deliver(registry, `Bearer ${key}`);
      assert.deepEqual([status, text], [200, 'Text']);
    };
    await ok(known);
    const made = { environment: development, role: 'reader', actor: 'new', expiresAt: null } as const;
    for (let n = 0; n < 5; n++) {
      const { key, id } = await createKey(registry.store, made);
      await ok(key);
      await ok(known);
      assert.equal((await deliver(registry, `Bearer ${makeKey(development, randomBytes).key}`)).status, 429);
      await revokeKey(registry.store, id);
      await refused(registry, id, key);
      assert.equal((await deliver(registry, `Bearer ${key}`)).status, 429);
    }
    assert.equal((await registry.call('GET', '/v1/prompts')).status, 200);
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/metrics'])
      assert.equal((await ask(registry.url, 'GET', path)).status, 200, path);
  });

  it('over one connection is read once a second, and not at all without waiting for answers', async () => {
    await using registry = await serving();
    await deliver(registry, 'Bearer x');
    const bad = 'GET /v1/prompts/p HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n';
    const key = await registry.key('development', 'reader');
    const good = bad.replace('Bearer x', `Bearer ${key}`).replace('/p ', '/p?channel=latest ');
    const flooding = await bareSocket(registry.url);
    flooding.socket.write(bad);
    await eventually('a refusal', () => statusesOf(flooding).length === 1);
    flooding.socket.write(bad.repeat(200));
    await flooding.closed;
    assert.ok(statusesOf(flooding).length <= 2, 'the rest was not answered');

    const mixed = await bareSocket(registry.url);
    mixed.socket.write(good);
    await eventually('an answer', () => statusesOf(mixed).length === 1);
    mixed.socket.write(bad.repeat(20) + good);
    await eventually('all answers', () => statusesOf(mixed).length === 22);
    assert.deepEqual(statusesOf(mixed), [200, ...Array.from({ length: 20 }, () => 429), 200]);

    const late = await bareSocket(registry.url);
    late.socket.write(bad);
    await eventually('a refusal', () => statusesOf(late).length === 1);
    late.socket.write(good);
    await eventually('its answer', () => statusesOf(late).length === 2);
    assert.deepEqual(statusesOf(late), [429, 200]);
    for (const { socket } of [mixed, late]) socket.destroy();
  });

  it('does not get its bodies read', async () => {
    await using registry = await serving({ perAddress: LOOSE, total: LOOSE });
    const invited = async (authorization: string) => {
      const client = await bareSocket(registry.url);
      client.socket.write(
        `POST /v1/prompts/p/-/archive HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n`,
      );
      await eventually('an answer', () => statusesOf(client).length > 0);
      if (statusesOf(client)[0] === 100) client.socket.write('{}');
      else await client.closed;
      await eventually('the last answer', () => (statusesOf(client).at(-1) ?? 0) >= 200);
      client.socket.destroy();
      return statusesOf(client);
    };
    assert.deepEqual(await invited('Bearer x'), [401]);
    assert.deepEqual(await invited(`Bearer ${makeKey(development, randomBytes).key}`), [401]);
    assert.deepEqual(await invited(`Bearer ${await registry.key('development', 'admin')}`), [100, 200]);
    await using refusing = await serving();
    await deliver(refusing, 'Bearer x');
    const endless = await bareSocket(refusing.url);
    endless.socket.write(
      'POST /v1/prompts/p/-/versions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    await endless.closed;
    assert.deepEqual(statusesOf(endless), [429]);
  });

  it('through a trusted proxy counts for the forwarded address, and otherwise for the sender', async () => {
    const forwarded = (address: string) => ({ 'x-forwarded-for': address });
    await using registry = await serving(STRICT, { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] });
    const status = async (address: string) =>
      (await deliver(registry, 'Bearer x', forwarded(address))).status;
    assert.equal(await status('192.0.2.1'), 401);
    assert.equal(await status('192.0.2.1'), 429);
    assert.equal(await status('192.0.2.2'), 401, 'another client');
    assert.equal(await status('198.51.100.7, 192.0.2.2, 10.1.2.3'), 429, 'the last that is no proxy');
    assert.equal(await status('2001:db8:1:2::5'), 401);
    assert.equal(await status('[2001:db8:1:2:ffff::9]:4711'), 429, 'of the same /64');
    assert.equal(await status('2001:db8:1:3::5'), 401);
    await using open = await serving(STRICT);
    assert.equal((await deliver(open, 'Bearer x', forwarded('192.0.2.1'))).status, 401);
    assert.equal(
      (await deliver(open, 'Bearer x', forwarded('192.0.2.2'))).status,
      429,
      'anybody can write that',
    );
  });

  it('from many addresses is limited too', async () => {
    const limits = { perAddress: LOOSE, total: { perSecond: 0.001, burst: 3 } };
    await using registry = await serving(limits, { trustedProxies: ['127.0.0.1'] });
    const status = async (n: number) =>
      (await deliver(registry, 'Bearer x', { 'x-forwarded-for': `192.0.2.${n}` })).status;
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push(await status(n));
    assert.deepEqual(statuses, [401, 401, 401, 429, 429, 429]);
    assert.equal(
      (await deliver(registry, `Bearer ${await registry.key('development', 'reader')}`)).status,
      200,
    );
  });
});

describe('the public calls', () => {
  it('query the database once for all simultaneous callers', async () => {
    await using registry = await serving();
    const { store } = registry;
    const { read } = store;
    let reads = 0;
    const goOn = Promise.withResolvers<void>();
    store.read = async work => {
      reads++;
      await goOn.promise;
      return read.call(store, work) as ReturnType<typeof store.read<never>>;
    };
    const client = await bareSocket(registry.url);
    for (const path of ['readyz', 'metrics'])
      client.socket.write(`GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(45));
    await eventually('the first to ask', () => reads >= 2);
    // What needs no database is answered after all those before it have been read.
    client.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.equal((await ask(registry.url, 'GET', '/healthz')).status, 200);
    goOn.resolve();
    await eventually('all answers', () => statusesOf(client).length === 91);
    assert.deepEqual(new Set(statusesOf(client)), new Set([200]));
    assert.ok(reads <= 10, `${reads} reads for 90 requests`);
    client.socket.destroy();
  });
});

describe('the first check of a key', () => {
  it('never rejects a valid key, and does not query the database for unknown ones', async () => {
    await using registry = await aRegistry();
    const { store } = registry;
    const kept = memory(store);
    const authenticator = keyAuthenticator(store, kept);
    const screen = screenKey(store, kept);
    let reads = 0;
    const { read } = store;
    store.read = work => {
      reads++;
      return read.call(store, work) as ReturnType<typeof store.read<never>>;
    };
    const made = { environment: development, role: 'reader', actor: 'someone', expiresAt: null } as const;
    const keys: { id: string; key: string }[] = [];
    type Step = 'make' | 'revoke' | 'use' | 'mix' | 'load';
    const step = fc.tuple(fc.constantFrom<Step>('make', 'revoke', 'use', 'mix', 'load'), fc.nat());
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
        for (const [kind, n] of steps) {
          const one = keys[n % (keys.length || 1)];
          const other = keys[(n >> 3) % (keys.length || 1)];
          if (kind === 'make') keys.push(await createKey(store, made));
          else if (kind === 'load') await kept.load();
          else if (one === undefined || other === undefined) continue;
          else if (kind === 'revoke') await revokeKey(store, one.id);
          else {
            const key = kind === 'use' ? one.key : one.key.slice(0, -38) + other.key.slice(-38);
            const header = `Bearer ${key}`;
            const said = await screen(header);
            const isValid = await authenticator.authenticate(header).then(
              () => true,
              () => false,
            );
            if (isValid) assert.ok(said, 'a valid key');
            // Once it has been looked up, the answer is exact.
            else assert.equal(await screen(header), false);
          }
        }
      }),
      { numRuns: runs(60, 20) },
    );
    await screen(`Bearer ${makeKey(development, randomBytes).key}`);
    const before = reads;
    for (let n = 0; n < 100; n++)
      assert.equal(await screen(`Bearer ${makeKey(development, randomBytes).key}`), false);
    assert.equal(reads, before);
    await authenticator.close();
  });
});

describe('the limit on failed keys', () => {
  it('allows only its rate, forgets in time, and remembers a limited number of addresses', () => {
    const rate = fc.record({
      perSecond: fc.integer({ min: 1, max: 50 }),
      burst: fc.integer({ min: 1, max: 20 }),
    });
    const step = fc.record({ address: fc.nat(30).map(String), pause: fc.nat(300) });
    fc.assert(
      fc.property(rate, rate, fc.array(step, { maxLength: 200 }), (perAddress, total, steps) => {
        let now = 0;
        // Two threads that share it.
        const memory = failedKeysMemory(16);
        const threads = [0, 1].map(() => failedKeys({ perAddress, total }, memory, () => now));
        let turn = 0;
        const through = new Map<string, number>();
        let all = 0;
        for (const { address, pause } of steps) {
          now += pause;
          const limit = threads[turn++ % 2]!;
          if (limit.isOver(address)) {
            assert.ok(limit.isAnyOver());
            continue;
          }
          limit.count(address);
          all++;
          through.set(address, (through.get(address) ?? 0) + 1);
          assert.ok(all <= total.burst + (now / 1000) * total.perSecond + 1);
        }
        const most = perAddress.burst + (now / 1000) * perAddress.perSecond + 1;
        // Only where none had to be forgotten.
        if (through.size <= 8) for (const count of through.values()) assert.ok(count <= most);
        now += 1000 * Math.max(perAddress.burst / perAddress.perSecond, total.burst / total.perSecond) + 2000;
        for (const limit of threads) {
          assert.ok(!limit.isAnyOver());
          for (const address of through.keys()) assert.ok(!limit.isOver(address));
        }
      }),
      { numRuns: runs(2000, 300) },
    );
  });

  it('counts an IPv4 address once in any notation, and a /64 of IPv6 as one address', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), fc.ipV6(), (v4, one, other) => {
        assert.equal(addressGroup(v4), v4);
        assert.equal(addressGroup(`::ffff:${v4}`), v4);
        const url = (text: string) => new URL(`http://[${text}]`).hostname.slice(1, -1);
        assert.equal(addressGroup(one), addressGroup(url(one)));
        const group = addressGroup(one) ?? assert.fail(one);
        if (!url(one).startsWith('::')) {
          const start = group.replace('::/64', '');
          assert.equal(addressGroup(`${start}:1:2:3:4`), group);
        }
        if (addressGroup(one) === addressGroup(other))
          assert.equal(url(one).split(':')[0], url(other).split(':')[0]);
      }),
      { numRuns: runs(1000, 200) },
    );
    assert.equal(addressGroup('fe80::1%eth0'), 'fe80:0:0:0::/64');
    assert.equal(addressGroup('no address'), undefined);
    assert.equal(addressGroup(undefined), undefined);
  });

  it('names an invalid proxy address', () => {
    for (const wrong of ['proxy.example.com', '10.0.0.0/33', '::/129', '10.0.0.0/x', '', '10.0.0.1/'])
      assert.throws(() => trustedProxies([wrong]), /is not an address\. Write an IP address, or a block/);
    const proxies = trustedProxies(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);
    for (const address of ['10.255.1.1', '::ffff:10.1.1.1', '2001:db8:5::1', '192.0.2.1'])
      assert.ok(proxies.includes(address), address);
    for (const address of ['11.0.0.1', '2001:db9::1', '192.0.2.2', 'x'])
      assert.ok(!proxies.includes(address), address);
  });
});
