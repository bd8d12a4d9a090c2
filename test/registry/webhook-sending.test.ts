/** Where webhooks may send to, and what they do at an address that they may not. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { isPublicAddress, isPublicHost } from '../../src/registry/webhooks/public-address.ts';
import { MAX_ATTEMPTS, pauseAfter } from '../../src/registry/webhooks/schedule.ts';
import { send } from '../../src/registry/webhooks/send.ts';
import { openTarget, parseTarget, sealTarget } from '../../src/registry/webhooks/target.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aReceiver } from './a-receiver.ts';
import { aRegistry, assertProblem, identityForTest } from './a-registry.ts';

const PRIVATE = [
  ['127.0.0.1', 'loopback'],
  ['127.8.9.10', 'loopback'],
  ['0.0.0.0', 'this machine'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['169.254.169.254', 'the metadata of a cloud'],
  ['100.64.0.1', "a carrier's network"],
  ['198.18.0.1', 'benchmarks'],
  ['192.0.2.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::1', 'loopback'],
  ['::', 'this machine'],
  ['fe80::1', 'link-local'],
  ['fd12:3456::1', 'unique local'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['::ffff:127.0.0.1', 'an IPv4 address, mapped'],
  ['::ffff:a9fe:a9fe', 'an IPv4 address, mapped'],
  ['::ffff:8.8.8.8', 'an IPv4 address, mapped, which is not in 2000::/3'],
  ['64:ff9b::10.0.0.1', 'an IPv4 address, by NAT64'],
  ['64:ff9b::8.8.8.8', 'NAT64'],
  ['64:ff9b:1::1', 'NAT64 of a network of its own'],
  ['2002:7f00:1::', '6to4'],
  ['2001::1', 'Teredo'],
  ['2001:2::1', 'benchmarking'],
  ['2001:1::1', 'a protocol assignment'],
  ['3fff::1', 'documentation'],
  ['5f00::1', 'segment routing'],
  ['4000::1', 'not assigned'],
  ['1::1', 'not assigned'],
  ['::8.8.8.8', 'an IPv4 address, compatible'],
  ['2001:db8::1', 'documentation'],
] as const;

describe('the addresses that webhooks may be sent to', () => {
  for (const [address, what] of PRIVATE)
    it(`do not include ${address}: ${what}`, () => {
      assert.equal(isPublicAddress(address), false);
    });
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '2a00:1450::1', '2400:cb00::1'])
    it(`include ${address}`, () => {
      assert.equal(isPublicAddress(address), true);
    });
  it('are recognized in every notation that a URL allows', () => {
    for (const host of [
      '0x7f.1',
      '2130706433',
      '0177.0.0.1',
      '127.1',
      '[::ffff:7f00:1]',
      'LOCALHOST',
      'a.localhost',
    ])
      assert.equal(isPublicHost(new URL(`https://${host}/`).hostname), false, host);
    assert.equal(isPublicHost(new URL('https://receiver.example').hostname), true);
  });
  it('do not include text that is not an address', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        assert.equal(isPublicAddress(`${text}!`), false);
      }),
    );
  });
});

describe('sending a webhook', () => {
  const options = { privateNetworks: false, signal: new AbortController().signal };

  it('never connects to a private address, whatever the name resolves to by then', async () => {
    await using receiver = await aReceiver();
    const port = new URL(receiver.url).port;
    let asked = 0;
    // As with DNS rebinding: harmless when it was made, this machine now.
    const lookup = async () => {
      asked += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const outcome = await send(new URL(`https://rebound.example:${port}/`), {}, '{}', { ...options, lookup });
    assert.deepEqual(outcome, {
      kind: 'failed',
      reason: '127.0.0.1 is not a public address, and this registry sends to no other',
    });
    assert.deepEqual([asked, receiver.received.length], [1, 0]);
  });
  it('stops if any of the addresses is private', async () => {
    const lookup = async () => [
      { address: '203.0.114.1', family: 4 },
      { address: '::1', family: 6 },
    ];
    const outcome = await send(new URL('https://two.example/'), {}, '{}', { ...options, lookup });
    assert.match(JSON.stringify(outcome), /::1 is not a public address/);
  });
  it('refuses a private address in the URL, and http', async () => {
    await using receiver = await aReceiver();
    const { port } = new URL(receiver.url);
    for (const [url, why] of [
      [`https://127.0.0.1:${port}/`, /not a public address/],
      [`https://[::1]:${port}/`, /not a public address/],
      [`http://receiver.example:${port}/`, /not one of https/],
    ] as const) {
      const outcome = await send(new URL(url), {}, '{}', options);
      assert.match(outcome.kind === 'failed' ? outcome.reason : '', why);
    }
    assert.equal(receiver.received.length, 0);
  });
  it('refuses an untrusted certificate', async function () {
    await using folder = await temporaryFolder();
    const [keyFile, certFile] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
    const request =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost';
    const made = spawnSync('openssl', [...request.split(' '), '-keyout', keyFile, '-out', certFile]);
    if (made.status !== 0) this.skip(); // no openssl on this machine to make a certificate with
    const [key, cert] = await Promise.all([readFile(keyFile), readFile(certFile)]);
    let asked = 0;
    const server = createServer({ key, cert }, (_, outgoing) => {
      asked += 1;
      outgoing.end();
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}/`);
    const outcome = await send(url, {}, '{}', { ...options, privateNetworks: true });
    server.close();
    assert.match(JSON.stringify(outcome), /its certificate is not one that this machine trusts \(DEPTH_ZERO/);
    assert.equal(asked, 0);
  });
  it('reports why it failed without the rest of the URL', async () => {
    const lookup = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND s3cret'), { code: 'ENOTFOUND' });
    };
    const outcome = await send(new URL('https://receiver.example/s3cret'), {}, '{}', { ...options, lookup });
    assert.deepEqual(outcome, { kind: 'failed', reason: 'there is no such host' });
  });
});

describe('the URL of a webhook', () => {
  it('is encrypted for its registry and webhook only', async () => {
    const identity = await identityForTest();
    const url = new URL('https://receiver.example/hook?token=s3cret');
    const sealed = sealTarget(identity, 'wh_1', url);
    assert.equal(openTarget(identity, 'wh_1', sealed)?.href, url.href);
    assert.equal(openTarget(identity, 'wh_2', sealed), undefined);
    const other = { ...identity, secretFor: () => Buffer.alloc(32) };
    assert.equal(openTarget(other, 'wh_1', sealed), undefined);
    assert.notEqual(sealTarget(identity, 'wh_1', url), sealed);
  });
  it('must be https on the public Internet unless configured otherwise', async () => {
    for (const url of ['https://10.0.0.1/', 'https://localhost:8443/', 'http://receiver.example/'])
      assert.equal(parseTarget(url, true).href, url);
    await using registry = await aRegistry();
    for (const url of [
      'https://10.0.0.1/',
      'https://localhost:8443/',
      'https://[fd00::1]/',
      'https://0x7f.1',
    ])
      assertProblem(
        await registry.call('POST', '/v1/webhooks', { url }),
        422,
        'invalid_request',
        /private network.*--webhooks-to-private-networks/,
      );
    const plain = await registry.call('POST', '/v1/webhooks', { url: 'http://receiver.example/' });
    assertProblem(plain, 422, 'invalid_request', /http:\/\//);
    const { status } = await registry.call('POST', '/v1/webhooks', { url: 'https://receiver.example/' });
    assert.equal(status, 201);
  });
});

describe('the retry schedule of webhooks', () => {
  it('never waits less than the pause or over a fifth more, and ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, random) => {
          const least = pauseAfter(attempt, 0);
          const pause = pauseAfter(attempt, random);
          assert.equal(pause === undefined, attempt >= MAX_ATTEMPTS);
          if (pause !== undefined && least !== undefined)
            assert.ok(pause >= least && pause <= least * 1.2 + 1);
        },
      ),
    );
  });
  it('is as long as the receiver asks for, up to a year', () => {
    assert.equal(pauseAfter(1, 0, 90_000), 90_000);
    const week = 7 * 24 * 60 * 60 * 1000;
    assert.equal(pauseAfter(1, 0, week), week);
    assert.equal(pauseAfter(1, 0, 1e15), 365 * 24 * 60 * 60 * 1000);
    assert.equal(pauseAfter(MAX_ATTEMPTS, 0, 90_000), undefined);
  });
});
