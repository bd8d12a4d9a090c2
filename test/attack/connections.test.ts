/** Connections that do nothing, or nothing good: thousands of them keep nobody else from being served. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { networkInterfaces, platform } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import type { ClientConnection, ConnectionMaximums } from '../../src/registry/serving/connections.ts';
import { openConnections } from '../../src/registry/serving/connections.ts';
import { limitsOf } from '../../src/registry/serving/limits.ts';
import { affordableConnections } from '../../src/registry/serving/open-files.ts';
import { sharedLimits, shareOf } from '../../src/registry/serving/shared-limits.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, ask, type RegistryForTest } from '../registry/a-registry.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type BareSocket, bareSocket, bareSockets, destroyAll, statusesOf } from './sockets.ts';

/** Linux has all of 127.0.0.0/8. */
const HAS_MORE_ADDRESSES = platform() === 'linux' && networkInterfaces()['lo'] !== undefined;
const OTHER = '127.0.0.9';

/** Delivered over a connection of its own. */
async function isServed(
  registry: Pick<RegistryForTest, 'url' | 'key'>,
  as = 'development reader',
  path = '/v1/prompts/p?channel=latest',
): Promise<void> {
  const key = await registry.key(...(as.split(' ') as [string, 'reader']));
  const client = await bareSocket(registry.url);
  client.socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${key}\r\n\r\n`,
  );
  await client.closed;
  assert.deepEqual(statusesOf(client), [200], client.said());
  if (path.includes('/p?')) assert.match(client.said(), /Text$/);
}

async function serving(limits: Partial<ConnectionMaximums> = {}): Promise<RegistryForTest> {
  const registry = await aRegistry({ serving: { limits } });
  await registry.publish('p', 'Text', null);
  return registry;
}

const open = (sockets: readonly BareSocket[]) => sockets.filter(({ isClosed }) => !isClosed());

describe('thousands of connections without a key', () => {
  const attacks: Record<string, (key: string) => string> = {
    'that send nothing': () => '',
    'whose headers never end': () => 'GET /v1/prompts/p HTTP/1.1\r\nHost: x\r\nX-Slow: ',
    'whose body never comes, for a key that nobody has': () =>
      'POST /v1/prompts/p/-/versions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{',
  };
  for (const [how, bytes] of Object.entries(attacks))
    it(`${how} do not keep others from being served`, async () => {
      await using registry = await serving();
      // More than one address may have.
      const sockets = await bareSockets(registry.url, 1500);
      for (const { socket } of sockets) socket.write(bytes('x'));
      await isServed(registry);
      await eventually('at most 1000 left', () => open(sockets).length <= 1000);
      await isServed(registry);
      destroyAll(sockets);
    });

  it('do not close a connection that sent a valid key', async () => {
    await using registry = await serving({ maxConnections: 100, maxUnauthenticatedPerAddress: 20 });
    const key = await registry.key('development', 'reader');
    const good = await bareSocket(registry.url);
    const get = `GET /v1/prompts/p?channel=latest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`;
    good.socket.write(get);
    await eventually('the first answer', () => statusesOf(good).length === 1);
    const sockets = await bareSockets(registry.url, 400);
    good.socket.write(get);
    await eventually('the second answer', () => statusesOf(good).length === 2);
    assert.deepEqual(statusesOf(good), [200, 200]);
    destroyAll([good, ...sockets]);
  });

  it('from one address close none from another', async function () {
    if (!HAS_MORE_ADDRESSES) this.skip();
    await using registry = await serving({ maxUnauthenticated: 60, maxUnauthenticatedPerAddress: 50 });
    const mine = await bareSocket(registry.url, OTHER);
    const sockets = await bareSockets(registry.url, 500);
    await eventually('the others to give way', () => open(sockets).length <= 60);
    assert.ok(!mine.isClosed(), 'it may still send its first request');
    mine.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually('its answer', () => statusesOf(mine)[0] === 200);
    destroyAll([mine, ...sockets]);
  });

  it('that are opened and closed again are read a few at a time, without slowing others', async function () {
    if (!HAS_MORE_ADDRESSES) this.skip();
    const held = { perAddress: { perSecond: 0.001, burst: 3 }, releasedPerSecond: 0.01 };
    await using registry = await aRegistry({ serving: { limits: { held } } });
    const key = await registry.key('development', 'reader');
    const request = (authorization = '') =>
      `GET /v1/keys/current HTTP/1.1\r\nHost: x\r\n${authorization}\r\n`;
    const good = request(`Authorization: Bearer ${key}\r\n`);
    const [before, other] = [await bareSocket(registry.url), await bareSocket(registry.url, OTHER)];
    before.socket.write(good);
    await eventually('its answer', () => statusesOf(before).length === 1);
    for (let n = 0; n < 3; n++) {
      const stranger = await bareSocket(registry.url);
      stranger.socket.write(request('Connection: close\r\n'));
      await stranger.closed;
    }
    const next = await bareSocket(registry.url);
    next.socket.write(good);
    before.socket.write(good);
    other.socket.write(good);
    const more = await bareSocket(registry.url, OTHER);
    more.socket.write(good);
    await eventually('all other answers', () =>
      [before, other, more].every((one, n) => statusesOf(one).length === (n === 0 ? 2 : 1)),
    );
    assert.deepEqual(statusesOf(next), [], 'it is not read from yet');
    destroyAll([before, other, more, next]);

    const fast = { ...held, releasedPerSecond: 100 };
    await using patient = await aRegistry({ folder: registry.folder, serving: { limits: { held: fast } } });
    for (let n = 0; n < 12; n++) {
      const one = await bareSocket(patient.url);
      one.socket.write(request('Connection: close\r\n'));
      await one.closed;
      assert.equal(statusesOf(one).length, 1, 'every one gets its answer');
    }
    await isServed({ ...patient, key: () => Promise.resolve(key) }, 'development reader', '/v1/keys/current');
  });

  it("that never speak TLS delay neither those that do nor the server's shutdown", async function () {
    await using folder = await temporaryFolder();
    const [keyFile, certFile] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
    const asked =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1';
    const made = spawnSync('openssl', [...asked.split(' '), '-keyout', keyFile, '-out', certFile]);
    if (made.status !== 0) this.skip();
    const tls = { key: await readFile(keyFile), cert: await readFile(certFile) };
    const registry = await aRegistry({
      serving: { tls, limits: { maxUnauthenticatedPerAddress: 100, maxPerAddress: 100 } },
    });
    await registry.publish('p', 'Text', null).catch(() => {});
    const plain = registry.url.replace('https:', 'http:');
    const silent = await bareSockets(plain, 600);
    for (const { socket } of silent.slice(0, 300)) socket.write('GET /healthz HTTP/1.1\r\n\r\n');
    await eventually('at most 100 left', () => open(silent).length <= 100);
    const { port } = new URL(plain);
    const client = connectTls({
      port: Number(port),
      host: '127.0.0.1',
      ca: tls.cert,
      checkServerIdentity: () => undefined,
    });
    let said = '';
    client.on('data', chunk => (said += chunk));
    client.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually('its answer', () => said.startsWith('HTTP/1.1 200 '));
    client.destroy();
    const more = await bareSockets(plain, 20);
    await registry[Symbol.asyncDispose]();
    await Promise.all(more.map(({ closed }) => closed));
    destroyAll(silent);
  });

  it('that send thousands of requests without waiting for answers are closed', async () => {
    await using registry = await serving();
    const key = await registry.key('development', 'author');
    const { cursor } = (await registry.call('GET', '/v1/changes?limit=1000')).json;
    const after = (await registry.call('GET', `/v1/changes?after=${cursor}&limit=1000`)).json.cursor;
    const greedy = await bareSocket(registry.url);
    const poll = `GET /v1/changes?after=${after}&wait=30 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`;
    greedy.socket.write(poll.repeat(500));
    await greedy.closed;
    const polite = await bareSocket(registry.url);
    polite.socket.write(
      `GET /healthz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`.repeat(50),
    );
    await eventually('all answers', () => statusesOf(polite).length === 50);
    polite.socket.destroy();
  });
});

describe('connections with valid keys', () => {
  const hold = async (registry: RegistryForTest, key: string, count: number): Promise<BareSocket[]> => {
    const sockets: BareSocket[] = [];
    for (let n = 0; n < count; n++) {
      const one = await bareSocket(registry.url);
      one.socket.write(`GET /v1/keys/current HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`);
      await eventually('an answer or an end', () => one.isClosed() || statusesOf(one).length === 1);
      sockets.push(one);
    }
    return sockets;
  };

  it('are limited per key, and the oldest idle one is closed first', async () => {
    await using registry = await serving({ maxPerKey: 10 });
    const [greedy, other] = [
      await registry.key('staging', 'reader', 'a'),
      await registry.key('staging', 'reader', 'b'),
    ];
    const others = await hold(registry, other, 3);
    const sockets = await hold(registry, greedy, 25);
    await eventually('10 left', () => open(sockets).length === 10);
    assert.deepEqual(open(sockets), sockets.slice(15), 'the newest');
    assert.equal(open(others).length, 3);
    destroyAll([...sockets, ...others]);
  });

  it('of one environment leave room for another', async () => {
    await using registry = await serving({ maxConnections: 40 });
    const production = await hold(registry, await registry.key('production', 'reader'), 5);
    const staging: BareSocket[] = [];
    for (const actor of ['a', 'b', 'c'])
      staging.push(...(await hold(registry, await registry.key('staging', 'reader', actor), 20)));
    assert.equal(open(production).length, 5);
    await eventually('room for newcomers', () => open(staging).length <= 31);
    await isServed(registry);
    destroyAll([...production, ...staging]);
  });
});

describe('the choice of connection to close', () => {
  type Step =
    | { readonly kind: 'open'; readonly address: string }
    | { readonly kind: 'key'; readonly of: number; readonly key: number }
    | { readonly kind: 'close'; readonly of: number };
  const address = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('open' as const), address }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('key' as const), of: fc.nat(), key: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), of: fc.nat() }) },
  );
  const count = fc.integer({ min: 2, max: 12 });
  const limits: fc.Arbitrary<ConnectionMaximums> = fc.record({
    maxConnections: count,
    maxPerAddress: count,
    maxUnauthenticated: count,
    maxUnauthenticatedPerAddress: count,
    maxPerKey: count,
  });

  it('keeps every limit, and takes one with a key only to make room', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 120 }), (limits, steps) => {
        const destroyed = new Set<object>();
        const connections = openConnections(limits, () => {});
        const made: ClientConnection[] = [];
        const isOpen = (one: ClientConnection) => connections.all.has(one);
        for (const each of steps) {
          const opened = made.filter(isOpen);
          const withKey = opened.filter(({ caller }) => caller !== undefined);
          if (each.kind === 'open') {
            const socket = { destroy: () => destroyed.add(socket) };
            const of = opened.filter(one => one.address === each.address);
            const one = connections.open(socket as never, { address: each.address, isOfProxy: false });
            if (one !== undefined) made.push(one);
            else {
              const isFull = withKey.length === opened.length && opened.length >= limits.maxConnections;
              const isAddressFull =
                of.length >= limits.maxPerAddress && of.every(({ caller }) => caller !== undefined);
              assert.ok(isFull || isAddressFull, 'refused only where nobody without a key could give way');
              assert.ok(destroyed.has(socket));
            }
            assert.ok(withKey.every(isOpen), 'a newcomer drives away nobody who has shown a key');
            const alone = opened.filter(
              other =>
                other.caller === undefined &&
                other.address !== each.address &&
                of.filter(({ caller }) => caller === undefined).length > 0,
            );
            assert.ok(alone.every(isOpen), 'who has others gives way by these');
          } else if (opened.length > 0) {
            const one = opened[each.of % opened.length];
            if (one === undefined) continue;
            if (each.kind === 'close') connections.closed(one);
            else
              connections.authenticated(one, {
                key: `${each.key}`,
                environment: (each.key % 2 === 0 ? 'production' : 'staging') as never,
              });
          }
          const now = [...connections.all];
          const without = now.filter(({ caller }) => caller === undefined);
          assert.ok(now.length <= limits.maxConnections);
          assert.ok(without.length <= limits.maxUnauthenticated);
          assert.equal(connections.unauthenticated, without.length);
          for (const [group, members] of Object.entries(Object.groupBy(now, one => one.address ?? ''))) {
            assert.ok((members?.length ?? 0) <= limits.maxPerAddress, group);
            const own = without.filter(one => one.address === group);
            assert.ok(own.length <= limits.maxUnauthenticatedPerAddress);
          }
          const keys = Object.values(Object.groupBy(now, ({ caller }) => caller?.key ?? 'none'));
          for (const members of keys) if (members?.[0]?.caller) assert.ok(members.length <= limits.maxPerKey);
          for (const one of made) assert.ok(isOpen(one) || !now.includes(one));
        }
      }),
      { numRuns: runs(2000, 300) },
    );
  });
});

describe('the connection limit of a server', () => {
  it('stays below the number of files the system lets it open', () => {
    assert.equal(affordableConnections(10_000, 0, 700), 572);
    assert.equal(affordableConnections(10_000, 1, 20_000), 10_000);
    assert.equal(affordableConnections(10_000, 3, 20_128), 10_000);
    assert.equal(affordableConnections(10_000, 3, 10_128), 5610);
    assert.equal(affordableConnections(10_000, 1, 1028), 540);
    assert.equal(affordableConnections(100, 0, 20_000), 100);
    assert.equal(affordableConnections(100, 0, Number.POSITIVE_INFINITY), 100);
    assert.equal(affordableConnections(100, 0, 20), 1);
    assert.ok(affordableConnections(Number.MAX_SAFE_INTEGER, 0) > 0);
    fc.assert(
      fc.property(
        fc.nat(50_000),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(200_000),
        (wanted, workers, files) => {
          const each = shareOf(affordableConnections(wanted, workers, files), workers);
          // Where there are not even enough for one each, that is all they get.
          assert.ok(each === 1 || each * workers * (1 + 2 / 3) <= files - 128 + 1e-6, `${each} each`);
        },
      ),
    );
  });

  it('gives each thread a share that callers below the limit hardly ever exceed', () => {
    const count = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(count, fc.integer({ min: 1, max: 64 }), (limit, threads) => {
        const share = shareOf(limit, threads);
        assert.ok(share <= limit && share * threads >= limit);
        assert.ok(threads > 1 || share === limit);
        assert.ok(share * threads <= limit + 3 * Math.sqrt(limit * threads) + threads, 'all together');
      }),
    );
    const limits = limitsOf({ maxConnections: 10_000 });
    const shared = sharedLimits(limits, 4);
    assert.deepEqual(
      [shared.maxConnections, shared.maxPerAddress, shared.maxPerKey, shared.maxWaitingPerKey],
      [2650, 1357, 700, 298],
    );
    assert.deepEqual(sharedLimits(limits, 1), limits);
    assert.deepEqual(shared.failedKeys, limits.failedKeys, 'which all count together');
  });
});

describe('a server after an attack', () => {
  it('forgets connections as they end', async () => {
    await using registry = await serving();
    destroyAll(await bareSockets(registry.url, 200));
    await eventually('only the one that asks', async () => {
      const { text } = await ask(registry.url, 'GET', '/metrics');
      return Number(/^promptforge_http_connections (\d+)/m.exec(text)?.[1]) <= 2;
    });
  });
});
