/** Requests that a delivering thread hands on, byte for byte as clients send them: answered as one thread alone answers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { createKey } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { type RegistryServingOptions, serveRegistry } from '../../src/registry/threads/serve-registry.ts';
import { eventually } from '../eventually.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { ask, type Json } from './a-registry.ts';

describe('a request that a delivery thread forwards', () => {
  let folder: TemporaryFolder;
  let store: Store;
  let key: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openDataFolder(folder.path, { environments: defaultEnvironments(0) });
    const [development] = defaultEnvironments(0);
    const environment = development?.name ?? parseEnvironmentName('development');
    ({ key } = await createKey(store, { environment, role: 'admin', actor: 'mara', expiresAt: null }));
  });
  afterEach(async () => {
    await store.close();
    await folder[Symbol.asyncDispose]();
  });

  async function served(workers: number, more: Partial<RegistryServingOptions> = {}) {
    const logged: Json[] = [];
    const running = await serveRegistry({
      ...{ place: { data: folder.path }, workers, store, host: '127.0.0.1', port: 0 },
      log: entry => logged.push(entry as Json),
      ...more,
    });
    const call = (method: string, path: string, body?: unknown) =>
      ask(running.url, method, path, body, { authorization: `Bearer ${key}` });
    return { url: running.url, logged, call, [Symbol.asyncDispose]: () => running.close() };
  }

  const request = (line: string, headers: readonly string[] = [], body = ''): string =>
    [line, `Authorization: Bearer ${key}`, ...headers, '', body].join('\r\n');

  it('gets the same answer for every HTTP version and any headers', async () => {
    await using threads = await served(1);
    await using alone = await served(0);
    const published = { source: 'Hello, {{name}}.', message: 'For the test', base: null };
    assert.equal((await threads.call('POST', '/v1/prompts/team/a/-/versions', published)).status, 201);
    const batch = JSON.stringify({ refs: ['team/a@1'] });
    const sized = ['Content-Type: application/json', `Content-Length: ${batch.length}`];
    const close = ['Host: a', 'Connection: close'];
    // With the three that it has anyway: as many as Node takes.
    const many = Array.from({ length: 997 }, () => 'a:');
    const requests = {
      'HTTP/1.0 without a host': request('GET /v1/environments HTTP/1.0'),
      'a probe of a load balancer': 'GET /readyz HTTP/1.0\r\n\r\n',
      'OPTIONS in HTTP/1.0': 'OPTIONS / HTTP/1.0\r\n\r\n',
      'an answer in pieces in HTTP/1.0': request('POST /v1/versions/batch HTTP/1.0', sized, batch),
      'headers that are named as those of the connection': request(
        'POST /v1/versions/batch HTTP/1.1',
        [
          'Host: a',
          'Connection: close, content-type, content-length, authorization, host, transfer-encoding',
          ...sized,
        ],
        batch,
      ),
      'an answer in pieces': request('POST /v1/versions/batch HTTP/1.1', [...close, ...sized], batch),
      'HEAD in HTTP/1.0': request('HEAD /v1/environments HTTP/1.0'),
      'no host in HTTP/1.1': request('GET /v1/environments HTTP/1.1', ['Connection: close']),
      'as many headers as may be': request('GET /v1/environments HTTP/1.1', [...close, ...many]),
      'one header more': request('GET /v1/environments HTTP/1.1', [...close, ...many, 'a:']),
      'a whole URL': request('GET http://a/v1/environments HTTP/1.1', close),
      'a whole URL of a prompt': request('GET http://a/v1/prompts/team/a?version=1 HTTP/1.1', close),
      'a whole URL that climbs': request('GET http://a/v1/prompts/x/../team/a HTTP/1.1', close),
      'a whole URL without a path': request('GET http://a HTTP/1.1', close),
      'a whole URL with a query alone': request('GET http://a?x HTTP/1.1', close),
    };
    for (const [what, bytes] of Object.entries(requests)) {
      const [one, other] = await Promise.all([raw(threads.url, bytes), raw(alone.url, bytes)]);
      assert.match(other, /^HTTP\/1\.1 \d/, what);
      assert.equal(one, other, what);
    }
  });

  it('is counted and logged when the thread itself refuses it, and its answer has the id', async () => {
    // Of 4 connections two may hand on a request, and one of these may wait.
    await using threads = await served(1, { limits: { maxConnections: 4, maxUnauthenticated: 4 } });
    const { cursor } = (await threads.call('GET', '/v1/changes')).json;
    const waiting = ['/v1/changes', 'http://a/v1/changes'].map(path =>
      connectTo(threads.url, request(`GET ${path}?after=${cursor}&wait=30 HTTP/1.1`, ['Host: a'])),
    );
    const refused = await Promise.race(
      waiting.map(async socket => String((await once(socket, 'data'))[0] as Buffer)),
    );
    assert.match(refused, /^HTTP\/1\.1 429 .*^request-id: [0-9a-f]{32}\r$/ms);
    const [, trace] = /^request-id: (\w+)/m.exec(refused) ?? [];
    await eventually('its line', async () =>
      threads.logged.some(entry => entry.trace === trace && entry.status === 429 && entry.actor === 'mara'),
    );
    for (const socket of waiting) socket.destroy();
    await eventually('the count', async () =>
      /requests_total\{[^}]*route="\/v1\/changes",status="429"\} 1/.test(
        (await threads.call('GET', '/metrics')).text,
      ),
    );
  });
});

function connectTo(url: string, bytes: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(bytes);
  return socket;
}

/** What comes back until the connection ends, without what is of its time. */
async function raw(url: string, bytes: string): Promise<string> {
  const answer = await text(connectTo(url, bytes));
  return answer.replaceAll(/^(date|request-id): .*$/gim, '$1');
}
