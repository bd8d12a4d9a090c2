import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { sql } from 'kysely';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import type { Certificate } from '../../src/registry/serving/http-server.ts';
import { startServer } from '../../src/registry/serving/server.ts';
import { serveRegistry } from '../../src/registry/threads/serve-registry.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aCallWaits, aRegistry, ask, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

/** What is left to calls when the server stops, in ms. */
const DRAIN = 10_000;

describe('the server', () => {
  let registry: RegistryForTest;
  beforeEach(async () => {
    registry = await aRegistry();
  });
  afterEach(() => registry[Symbol.asyncDispose]());

  it('answers health, readiness and its OpenAPI document without a key', async () => {
    const alive = await ask(registry.url, 'GET', '/healthz');
    assert.deepEqual([alive.status, alive.json], [200, { status: 'ok' }]);
    const ready = await ask(registry.url, 'GET', '/readyz');
    assert.deepEqual([ready.status, ready.json], [200, { status: 'ok', database: 'ok', log: 'verifying' }]);
    assert.equal((await ask(registry.url, 'GET', '/openapi.json')).json.openapi.slice(0, 3), '3.1');
  });
  it('requires a key everywhere else', async () => {
    for (const path of ['/v1/prompts', '/v1/prompts/a', '/v1/changes', '/v1/keys/current'])
      assertProblem(await ask(registry.url, 'GET', path), 401, 'key_missing');
    assertProblem(await ask(registry.url, 'POST', '/v1/prompts/a/-/versions', {}), 401, 'key_missing');
  });
  it('names the allowed methods of a path, and answers 404 for unknown paths', async () => {
    const wrong: [string, string, string][] = [
      ['DELETE', '/v1/prompts/a/b', 'GET, HEAD'],
      ['PATCH', '/v1/prompts/a/b/-/versions', 'POST, GET, HEAD'],
      ['GET', '/v1/prompts/a/-/render', 'POST'],
      ['POST', '/v1/environments/staging', 'PUT'],
      ['PUT', '/healthz', 'GET, HEAD'],
    ];
    for (const [method, path, allow] of wrong) {
      const answered = await registry.call(method, path);
      assertProblem(answered, 405, 'method_not_allowed');
      assert.equal(answered.headers.get('allow'), allow);
    }
    for (const path of ['/', '/v1', '/v2/prompts', '/v1/prompts/a/-/nothing'])
      assertProblem(await registry.call('GET', path), 404, 'route_not_found');
  });
  it('accepts only JSON in UTF-8, with limited depth', async () => {
    const post = (body: string | Uint8Array, type = 'application/json') =>
      registry.call('POST', '/v1/prompts/p/-/versions', body, { headers: { 'content-type': type } });
    const good = '{"source":"x","message":"","base":null}';
    assertProblem(await post(good, 'text/plain'), 415, 'unsupported_media_type', /application\/json/);
    assertProblem(await post(good, 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type');
    assertProblem(await post('{"source":', 'application/json'), 422, 'invalid_request', /valid JSON/);
    assertProblem(await post(new Uint8Array([0x22, 0xff, 0x22])), 422, 'invalid_request', /UTF-8/);
    assertProblem(await post(`${'['.repeat(5000)}${']'.repeat(5000)}`), 422, 'invalid_request', /deeper/);
    assert.equal((await post(good, 'application/json; charset=utf-8')).status, 201);
    const { key } = { key: await registry.key('development') };
    const secretBody = await post(`{"source": ${key}}`);
    assert.ok(!secretBody.text.includes(key), 'what was sent is not repeated');
  });
  it('renders text and messages, and names missing inputs', async () => {
    const source =
      '---\ninput:\n  schema:\n    name: string\n    tone?: string\n---\n{{role "system"}}Be {{tone}}.{{role "user"}}Hi {{name}} {{extra}}';
    await registry.publish('r', source, null);
    await registry.promote('r', 1, 'staging');
    await registry.promote('r', 1, 'production');
    const render = (body: object, headers = {}) =>
      registry.call('POST', '/v1/prompts/r/-/render', body, { as: 'production reader', headers });
    const text = await render({ input: { name: 'Bo', tone: 'kind' } });
    assert.equal(text.status, 200);
    assert.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(text.text, 'Be kind.\n\nHi Bo ');
    assert.equal(text.headers.get('promptforge-version'), 'r@1');
    const json = await render({ input: { name: 'Bo', tone: 'kind' } }, { accept: 'application/json' });
    assert.deepEqual(
      json.json.messages.map((message: Json) => [message.role, message.content]),
      [
        ['system', [{ text: 'Be kind.' }]],
        ['user', [{ text: 'Hi Bo ' }]],
      ],
    );
    assert.deepEqual(
      [json.json.version, json.json.environment, json.json.channel],
      [1, 'production', 'stable'],
    );
    const missing = await render({ input: { tone: 'kind' } });
    assertProblem(missing, 422, 'missing_input', /"name"/);
    assert.deepEqual(missing.json.missing, ['name']);
    const strict = await render({ input: { name: 'Bo' }, strict: true });
    assertProblem(strict, 422, 'missing_input');
    assert.deepEqual(strict.json.missing, ['extra']);
    const etag = text.headers.get('etag') ?? '';
    const again = await render({ input: { name: 'Bo', tone: 'kind' } }, { 'if-none-match': etag });
    assert.deepEqual([again.status, again.text], [304, '']);
    assert.equal(
      (await render({ input: { name: 'Al', tone: 'kind' } }, { 'if-none-match': etag })).status,
      200,
    );
    assertProblem(await render({ channel: 'latest' }), 403, 'channel_not_served');
    assertProblem(
      await render({ input: { name: 'Bo' }, chanel: 'stable' }),
      422,
      'invalid_request',
      /chanel/,
    );
  });
  it('answers 503 when the disk is full, keeps its data, and works again when there is room', async () => {
    await registry.publish('kept', 'x', null);
    const pages = (count: number) =>
      registry.store.write(transaction =>
        sql`PRAGMA max_page_count = ${sql.raw(String(count))}`.execute(transaction),
      );
    await pages(1);
    const content = { source: 'long '.repeat(50_000), message: '', base: 1 };
    const publish = () => registry.call('POST', '/v1/prompts/kept/-/versions', content);
    const full = await publish();
    assertProblem(full, 503, 'unavailable', /disk is full/);
    assert.equal(full.headers.get('retry-after'), '1');
    assert.equal((await registry.call('GET', '/v1/prompts/kept?channel=latest')).text, 'x');
    const { events } = (await registry.call('GET', '/v1/changes?limit=1000')).json;
    await pages(1_000_000);
    assert.equal((await publish()).status, 201);
    const after = (await registry.call('GET', '/v1/changes?limit=1000')).json.events;
    assert.equal(after.length, events.length + 1);
  });
  it('logs requests as objects, without queries, bodies or keys', async () => {
    const key = await registry.key('development', 'admin', 'mara');
    await registry.call('GET', `/v1/prompts?prefix=${key}`, undefined, { as: 'development admin mara' });
    await registry.call('GET', `/v1/prompts/${key}`);
    await registry.call('GET', `/v1/${key}/x`);
    await registry.call('POST', '/v1/prompts/p/-/versions', { source: 'body text', message: '', base: null });
    await registry.publish('q', 'x', null);
    await registry.call('GET', '/v1/prompts/q?channel=latest');
    const log = JSON.stringify(registry.logged);
    assert.ok(!log.includes(key) && !log.includes(key.split('_')[3] ?? ''));
    assert.ok(!log.includes('body text') && !log.includes('prefix') && !log.includes('channel'));
    const first = registry.logged.find(({ event }) => event === 'request');
    const { at, ms, key: id, trace, span, ...rest } = first;
    assert.match(`${trace} ${span}`, /^[0-9a-f]{32} [0-9a-f]{16}$/);
    assert.match(at, /Z$/);
    assert.ok(ms >= 0 && id === key.split('_')[2]);
    assert.deepEqual(rest, {
      level: 'info',
      event: 'request',
      method: 'GET',
      path: '/v1/prompts',
      status: 200,
      actor: 'mara',
      environment: 'development',
    });
    assert.ok(
      !registry.logged.some(entry => entry.path === '/v1/prompts/q'),
      'successful delivery is not logged',
    );
  });
  it('stops accepting connections, ends waiting calls and finishes running ones', async () => {
    const key = await registry.key('development');
    const { cursor } = (await registry.call('GET', '/v1/changes?limit=1000')).json;
    const waits = aCallWaits(registry);
    const waiting = registry.call('GET', `/v1/changes?after=${cursor}&wait=30`);
    await waits;
    const { hostname, port } = new URL(registry.url);
    const running = connect(Number(port), hostname);
    let answered = '';
    running.on('data', chunk => (answered += chunk));
    const body = JSON.stringify({ source: 'late', message: '', base: null });
    const head = `POST /v1/prompts/late/-/versions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`;
    running.write(head + body.slice(0, 5));
    // The server says so when it has the head of the request.
    await eventually('the request to be taken', () => answered.startsWith('HTTP/1.1 100 '));
    const started = performance.now();
    const closing = registry.close();
    assert.deepEqual((await waiting).json, { events: [], cursor });
    await assert.rejects(fetch(registry.url), 'no new connection');
    running.write(body.slice(5));
    await closing;
    assert.match(answered, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201/);
    assert.ok(performance.now() - started < DRAIN, 'before the 10 s that are left to calls');
  });
  it('does not wait for a connection that never sent a request', async () => {
    const { hostname, port } = new URL(registry.url);
    const silent = connect(Number(port), hostname);
    await once(silent, 'connect');
    const started = performance.now();
    await registry.close();
    assert.ok(performance.now() - started < DRAIN, 'before the 10 s that are left to calls');
  });
  it('drops a waiting call when its caller disconnects', async () => {
    const key = await registry.key('development');
    const { cursor } = (await registry.call('GET', '/v1/changes?limit=1000')).json;
    const gone = new AbortController();
    const headers = { authorization: `Bearer ${key}` };
    const path = `${registry.url}/v1/changes?after=${cursor}&wait=30`;
    const before = registry.logged.length;
    const waits = aCallWaits(registry);
    const waiting = fetch(path, { headers, signal: gone.signal });
    await waits;
    gone.abort();
    await assert.rejects(waiting);
    const call = await eventually('the end of its call', () =>
      registry.logged.slice(before).find((entry: Json) => entry.path === '/v1/changes'),
    );
    assert.ok(call.ms < 29_000, 'before the 30 s');
  });
});

/** Where Node tells of each server that begins to listen. */
const LISTENS = 'tracing:net.server.listen:asyncEnd';

describe('starting a server', () => {
  const start = async (options: object) => {
    await using folder = await temporaryFolder();
    const store = await openDataFolder(folder.path);
    try {
      const server = await startServer({ store, host: '127.0.0.1', port: 0, log: () => {}, ...options });
      const { status } = await ask(server.url.replace('0.0.0.0', '127.0.0.1'), 'GET', '/healthz');
      await server.close();
      await server.close();
      return status;
    } finally {
      await store.close();
    }
  };
  it('is refused beyond this machine without TLS or a proxy in front', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.com'])
      await assert.rejects(start({ host }), {
        code: 'invalid_request',
        message: /without TLS.*--behind-proxy/,
      });
    assert.equal(await start({ host: '0.0.0.0', behindProxy: true }), 200);
  });
  it('listens on loopback by any of its names', async () => {
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost']) assert.equal(await start({ host }), 200);
  });
  it('keeps running and logs it when the system refuses it connections', async () => {
    await using folder = await temporaryFolder();
    const store = await openDataFolder(folder.path);
    let listens: EventEmitter | undefined;
    const learn = (message: unknown) => {
      listens = (message as { server: EventEmitter }).server;
    };
    subscribe(LISTENS, learn);
    const logged: Json[] = [];
    const log = (entry: object) => void logged.push(entry);
    const server = await startServer({ store, host: '127.0.0.1', port: 0, log });
    try {
      // What Node says of an accept(2) that failed, as often as it fails.
      for (let times = 0; times < 2; times++) listens?.emit('error', new Error('accept ENOBUFS'));
      assert.equal((await ask(server.url, 'GET', '/healthz')).status, 200);
      const faults = logged.filter(({ event }) => event === 'fault');
      assert.equal(faults.length, 2);
      assert.match(faults[0]?.error, /accept ENOBUFS/);
    } finally {
      unsubscribe(LISTENS, learn);
      await server.close();
      await store.close();
    }
  });
  it('speaks only TLS with a certificate, beyond this machine too', async function () {
    await using folder = await temporaryFolder();
    const made = selfSigned(folder.path, 'localhost');
    if (made === undefined) this.skip(); // no openssl on this machine to make a certificate with
    const tls = await made;
    const store = await openDataFolder(folder.path);
    const server = await startServer({ store, host: '0.0.0.0', port: 0, tls, log: () => {} });
    try {
      const { port, protocol } = new URL(server.url);
      assert.equal(protocol, 'https:');
      const path = '/v1/prompts/a';
      const status = await new Promise((resolve, reject) => {
        const options = { host: 'localhost', port, path, ca: tls.cert };
        get(options, response => resolve(response.resume().statusCode)).on('error', reject);
      });
      assert.equal(status, 401);
      await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
    } finally {
      await server.close();
      await store.close();
    }
  });
  for (const workers of [0, 1])
    it(`reloads its certificate, and keeps the old one if the new is invalid, with ${workers} delivery threads`, async function () {
      await using folder = await temporaryFolder();
      const made = ['first', 'second'].map(name => selfSigned(folder.path, name));
      if (made.includes(undefined)) this.skip(); // no openssl on this machine to make certificates with
      const [first, second] = (await Promise.all(made)) as [Certificate, Certificate];
      const store = await openDataFolder(folder.path);
      const logged: object[] = [];
      const log = (entry: object) => logged.push(entry);
      const server = await serveRegistry({
        ...{ place: { data: folder.path }, workers, store },
        host: '127.0.0.1',
        port: 0,
        tls: first,
        log,
      });
      try {
        const shown = async (): Promise<string> => {
          const socket = tlsConnect({ port: Number(new URL(server.url).port), rejectUnauthorized: false });
          await once(socket, 'secureConnect');
          const { subject } = socket.getPeerCertificate();
          socket.destroy();
          return String(subject.CN);
        };
        assert.equal(await shown(), 'first');
        server.renewCertificate(second);
        await eventually('the second', async () => (await shown()) === 'second');
        assert.throws(() => server.renewCertificate({ key: first.key, cert: second.cert }));
        assert.throws(() => server.renewCertificate({ key: 'none', cert: 'none' }));
        assert.equal(await shown(), 'second');
        const [answer] = await once(
          get(`${server.url}/healthz`, { ca: second.cert, checkServerIdentity: () => undefined }),
          'response',
        );
        answer.resume();
        assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
        assert.deepEqual(logged, []);
      } finally {
        await server.close();
        await store.close();
      }
    });
  it('reports that the port is in use', async () => {
    await using registry = await aRegistry();
    const port = Number(new URL(registry.url).port);
    await assert.rejects(start({ port }), { code: 'unavailable', message: /port is in use/ });
  });
});

/** Undefined when this machine has no openssl. */
function selfSigned(folder: string, name: string): Promise<Certificate> | undefined {
  const [keyFile, certFile] = [join(folder, `${name}.key.pem`), join(folder, `${name}.pem`)];
  const request = `req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=${name}`;
  const { status } = spawnSync('openssl', [...request.split(' '), '-keyout', keyFile, '-out', certFile]);
  if (status !== 0) return undefined;
  return Promise.all([readFile(keyFile), readFile(certFile)]).then(([key, cert]) => ({ key, cert }));
}
