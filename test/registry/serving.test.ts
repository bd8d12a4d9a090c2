/** What an operator sees of a server and sets for it: metrics, request ids, limits, headers, its way out. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { patience } from '../../scripts/host/patience.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { eventually } from '../eventually.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  type Answered,
  aRegistry,
  ask,
  assertProblem,
  deliverFromMemory,
  type Json,
  type RegistryForTest,
  type RegistrySetup,
} from './a-registry.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

/** A registry in which `p` is live in staging. */
async function serving(setup: RegistrySetup = {}) {
  const registry = await aRegistry(setup);
  await registry.publish('p', 'Text', null);
  await registry.promote('p', 1, 'staging');
  return registry;
}

/** The last request that was logged. */
function lastRequest({ logged }: Pick<RegistryForTest, 'logged'>): Json {
  return logged.findLast(({ event }) => event === 'request');
}

/** Samples by name and labels, as `name{a="b"}`. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map(line => {
      const [, name = '', value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? assert.fail(line);
      return [name, Number(value)];
    }),
  );
}

async function metricsOf(url: string): Promise<ReadonlyMap<string, number>> {
  const { status, text, headers } = await ask(url, 'GET', '/metrics');
  assert.equal(status, 200);
  assert.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  return samplesOf(text);
}

describe('the metrics', () => {
  it('count requests by route and status, and time them', async () => {
    await using registry = await serving();
    const as = 'staging reader';
    for (let n = 0; n < 3; n++) await registry.call('GET', '/v1/prompts/p', undefined, { as });
    await registry.call('GET', '/v1/prompts/absent', undefined, { as });
    await ask(registry.url, 'GET', '/v1/prompts/p');
    await registry.call('GET', '/v1/prompts/p/-/versions');
    await registry.call('GET', '/nowhere/secret-path');
    const samples = await metricsOf(registry.url);
    const requests = (method: string, route: string, status: number) =>
      samples.get(`promptforge_http_requests_total{method="${method}",route="${route}",status="${status}"}`);
    assert.equal(requests('GET', '/v1/prompts/{name}', 200), 3);
    assert.equal(requests('GET', '/v1/prompts/{name}', 404), 1);
    assert.equal(requests('GET', '/v1/prompts/{name}', 401), 1);
    assert.equal(requests('GET', '/v1/prompts/{name}/-/versions', 200), 1);
    assert.equal(requests('POST', '/v1/prompts/{name}/-/versions', 201), 1);
    assert.equal(requests('GET', 'none', 404), 1);
    const histogram = 'promptforge_http_request_duration_seconds';
    const delivered = 'method="GET",route="/v1/prompts/{name}"';
    assert.equal(samples.get(`${histogram}_count{${delivered}}`), 5);
    assert.equal(samples.get(`${histogram}_bucket{le="+Inf",${delivered}}`), 5);
    assert.ok((samples.get(`${histogram}_sum{${delivered}}`) ?? 0) > 0);
    const { text } = await ask(registry.url, 'GET', '/metrics');
    assert.ok(!text.includes('secret-path') && !text.includes('absent'), 'nothing that was asked for');
  });
  it('distinguish deliveries from memory and from the database', async () => {
    await using registry = await serving();
    const headers = { accept: 'application/json' };
    const deliver = () => registry.call('GET', '/v1/prompts/p', undefined, { as: 'staging reader', headers });
    const counts = async () => {
      const samples = await metricsOf(registry.url);
      return ['database', 'memory'].map(
        from => samples.get(`promptforge_deliveries_total{from="${from}"}`) ?? 0,
      );
    };
    await deliver();
    assert.deepEqual(await counts(), [1, 0]);
    await deliverFromMemory(registry.url, deliver);
    const [database = 0, memory = 0] = await counts();
    for (let n = 0; n < 3; n++) await deliver();
    assert.deepEqual(await counts(), [database, memory + 3]);
  });
  it('include the log, its events and the pending promotions', async () => {
    await using registry = await aRegistry({ environments: defaultEnvironments(1) });
    const before = await metricsOf(registry.url);
    await registry.publish('p', 'Text', null);
    await registry.promote('p', 1, 'staging');
    const asked = { environment: 'production', channel: 'stable', version: 1, reason: 'Now', expected: null };
    const as = 'production author';
    const pending = await registry.call('POST', '/v1/prompts/p/-/promotions', asked, { as });
    assert.equal(pending.status, 202);
    const samples = await metricsOf(registry.url);
    const events = (kind: string, environment: string) =>
      samples.get(`promptforge_events_total{kind="${kind}",environment="${environment}"}`);
    assert.equal(events('promotion.applied', 'staging'), 1);
    assert.equal(events('promotion.requested', 'production'), 1);
    assert.equal(events('version.published', 'development'), 1);
    const waits = 'promptforge_promotions_waiting{environment="production",state="pending"}';
    assert.equal(samples.get(waits), 1);
    const log = await registry.call('GET', '/v1/changes?limit=1000');
    assert.equal(samples.get('promptforge_log_events'), log.json.events.length);
    assert.ok((before.get('promptforge_log_events') ?? 0) < (samples.get('promptforge_log_events') ?? 0));
    assert.equal(samples.get('promptforge_log_broken'), 0);
    assert.equal(samples.get('promptforge_database_up'), 1);
    assert.ok((samples.get('promptforge_http_connections') ?? 0) >= 1);
    assert.ok((samples.get('process_resident_memory_bytes') ?? 0) > 1e7);
    const { json } = await registry.call('GET', '/v1/promotions?state=pending');
    const { id } = json.data[0];
    const approver = { as: 'production approver' };
    await registry.call('POST', `/v1/promotions/${id}/approve`, { comment: 'Good' }, approver);
    const after = await metricsOf(registry.url);
    assert.equal(after.get(waits), undefined, 'nothing waits any more');
    assert.equal(after.get('promptforge_events_total{kind="promotion.applied",environment="production"}'), 1);
  });
  it('raise an alarm when the database was tampered with, and readiness reports it too', async () => {
    await using registry = await serving({ serving: { watchPauses: { start: 0, piece: 0, again: 20 } } });
    const state = async () => (await ask(registry.url, 'GET', '/readyz')).json.log;
    const becomes = (wanted: string) => eventually(wanted, async () => (await state()) === wanted);
    await becomes('verified');
    const before = await metricsOf(registry.url);
    const verified = before.get('promptforge_log_verified_events') ?? 0;
    assert.ok(verified > 0 && verified <= (before.get('promptforge_log_events') ?? 0));
    const file = new DatabaseSync(join(registry.folder, DATABASE_FILE));
    file.exec("UPDATE promotions SET reason = 'Another'");
    file.close();
    const ready = await eventually('broken', async () => {
      const answered = await ask(registry.url, 'GET', '/readyz');
      return answered.status === 503 ? answered : undefined;
    });
    assertProblem(ready, 503, 'log_broken', /promptforge verify/);
    assert.ok(!ready.text.includes('promotions'), 'nobody without a key learns what was changed');
    assert.equal((await metricsOf(registry.url)).get('promptforge_log_broken'), 1);
    const alarms = registry.logged.filter(({ event }) => event === 'log_broken');
    assert.equal(alarms.length, 1);
    assert.equal(alarms[0].level, 'error');
  });
  it('report that the database is unavailable, and keep reporting the rest', async () => {
    await using folder = await temporaryFolder();
    const real = await openDataFolder(folder.path);
    let away = false;
    const store: Store = {
      ...boundTo(real),
      read: work => (away ? Promise.reject(new Error('away')) : real.read(work)),
    };
    await using registry = await aRegistry({ store });
    assert.equal((await metricsOf(registry.url)).get('promptforge_database_up'), 1);
    away = true;
    const samples = await metricsOf(registry.url);
    assert.equal(samples.get('promptforge_database_up'), 0);
    assert.ok((samples.get('process_cpu_seconds_total') ?? 0) > 0);
  });
  it('require a key where other machines could reach them', async () => {
    await using registry = await serving({ serving: { host: '0.0.0.0', behindProxy: true } });
    assertProblem(await ask(registry.url, 'GET', '/metrics'), 401, 'key_missing');
    const { status, text } = await registry.call('GET', '/metrics', undefined, { as: 'staging reader' });
    assert.equal(status, 200);
    assert.match(text, /^# HELP promptforge_http_requests_total /m);
    assert.equal((await ask(registry.url, 'GET', '/healthz')).status, 200);
  });
});

describe('a request', () => {
  it("has an id in its answer and in the log that continues its caller's trace", async () => {
    await using registry = await serving();
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const asked: [string, string][] = [
      ['GET', '/v1/prompts'],
      ['GET', '/v1/prompts/absent'],
    ];
    for (const [method, path] of asked) {
      const { headers } = await registry.call(method, path, undefined, { headers: { traceparent } });
      assert.equal(headers.get('request-id'), TRACE);
      const { trace, span, parent, key, path: logged } = lastRequest(registry);
      assert.deepEqual([trace, parent, logged], [TRACE, PARENT, path]);
      assert.match(span, /^[0-9a-f]{16}$/);
      assert.equal(key.length, 12, 'and whose key it was');
    }
    const before = lastRequest(registry);
    for (const path of ['/healthz', '/readyz', '/metrics'])
      assert.equal((await ask(registry.url, 'GET', path)).headers.get('request-id'), null);
    assert.equal(lastRequest(registry), before, 'nobody wants to read that a probe was answered');
    const own = await registry.call('GET', '/v1/prompts');
    const { trace, parent } = lastRequest(registry);
    assert.equal(own.headers.get('request-id'), trace);
    assert.match(trace, /^[0-9a-f]{32}$/);
    assert.equal(parent, undefined);
  });
  it('that causes a fault is found by the same id', async () => {
    await using folder = await temporaryFolder();
    const real = await openDataFolder(folder.path);
    let faulty = false;
    const store: Store = {
      ...boundTo(real),
      read: work => (faulty ? Promise.reject(new Error('a bug')) : real.read(work)),
    };
    await using registry = await aRegistry({ store });
    await registry.key('development');
    assert.equal((await registry.call('GET', '/v1/prompts')).status, 200);
    faulty = true;
    for (const path of ['/v1/prompts?limit=3', '/v1/prompts/p?channel=latest']) {
      const { status, headers } = await registry.call('GET', path);
      assert.equal(status, 500);
      // The server's own work meets the fault as well, at any time and without a trace.
      const id = headers.get('request-id');
      const entries = registry.logged.filter(({ trace }) => trace === id);
      assert.deepEqual(entries.map(({ event }) => event).sort(), ['fault', 'request']);
      assert.match(entries.find(({ event }) => event === 'fault')?.error, /a bug/);
    }
  });
  it('with an invalid traceparent gets a trace of its own', async () => {
    await using registry = await serving();
    const zeros = `00-${'0'.repeat(32)}-${PARENT}-01`;
    const wrong = fc.oneof(
      fc.constantFrom(
        zeros,
        `00-${TRACE}-${'0'.repeat(16)}-01`,
        `ff-${TRACE}-${PARENT}-01`,
        `00-${TRACE}-${PARENT}-01-more`,
        `00-${TRACE.toUpperCase()}-${PARENT}-01`,
        `00-${TRACE}-${PARENT}`,
      ),
      fc.stringMatching(/^[0-9a-f-]{0,60}$/).filter(text => !/^..-.{32}-.{16}-..$/.test(text)),
    );
    await fc.assert(
      fc.asyncProperty(wrong, async traceparent => {
        const { headers } = await ask(registry.url, 'GET', '/openapi.json', undefined, { traceparent });
        const id = headers.get('request-id') ?? '';
        assert.match(id, /^[0-9a-f]{32}$/);
        assert.ok(id !== TRACE && !/^0+$/.test(id), traceparent);
      }),
      { numRuns: runs(60, 20) },
    );
    const newer = `01-${TRACE}-${PARENT}-01-what-later-versions-add`;
    const { headers } = await ask(registry.url, 'GET', '/openapi.json', undefined, { traceparent: newer });
    assert.equal(headers.get('request-id'), TRACE, 'a later version has more at its end');
  });
});

/** More requests than a key may make at a stretch, however slow the machine is. */
const atOnce = (request: (n: number) => Promise<Answered>): Promise<Answered[]> =>
  Promise.all(Array.from({ length: 20 }, (_, n) => request(n)));

/** Those with `status`, and the others, of which there is one at least. */
function byStatus(answers: readonly Answered[], status: number): [Answered[], Answered[]] {
  const others = answers.filter(answered => answered.status !== status);
  assert.ok(others.length > 0);
  return [answers.filter(answered => answered.status === status), others];
}

describe('the rate limit of a key', () => {
  it('applies to each key separately, and says when to retry', async () => {
    await using registry = await serving({ serving: { rateLimit: 1 } });
    const reader = { as: 'staging reader' };
    const deliver = () => registry.call('GET', '/v1/prompts/p', undefined, reader);
    const readersKey = (await registry.key('staging', 'reader')).split('_')[2];
    const started = performance.now();
    const delivered = await atOnce(deliver);
    const seconds = (performance.now() - started) / 1000;
    const [taken, refused] = byStatus(delivered, 200);
    assert.ok(taken.length >= 2 && taken.length <= 2 + seconds, 'twice as many at a stretch');
    for (const answered of refused) {
      assertProblem(answered, 429, 'rate_limited', /more often than once a second/);
      assert.equal(answered.headers.get('retry-after'), '1');
      assert.equal(answered.json.retryAfter, 1);
    }
    const logged = registry.logged.filter(({ status }) => status === 429);
    assert.deepEqual(
      logged.map(({ key }) => key),
      refused.map(() => readersKey),
    );

    const author = { as: 'development author' };
    const body = { source: 'Another', message: '', base: null };
    const published = await atOnce(n => registry.call('POST', `/v1/prompts/q${n}/-/versions`, body, author));
    const [made, lost] = byStatus(published, 201);
    assert.ok(made.length >= 2, 'its own two');
    for (const answered of lost) assertProblem(answered, 429, 'rate_limited');
    const kept = await registry.store.read(snapshot =>
      snapshot.selectFrom('prompts').select('name').execute(),
    );
    assert.equal(kept.length, made.length + 1, 'of what was refused nothing was done');
    assert.equal((await ask(registry.url, 'GET', '/healthz')).status, 200, 'without a key there is none');
    await eventually('the next delivery', async () => (await deliver()).status === 200);
  });
});

describe('a connection', () => {
  const open = async (
    url: string,
  ): Promise<{ socket: Socket; said: () => string; ended: Promise<unknown> }> => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let said = '';
    socket.on('data', chunk => (said += chunk));
    socket.on('error', () => {});
    // It may be reset, which is an end as well.
    const ended = new Promise(resolve => socket.once('close', resolve));
    await once(socket, 'connect');
    return { socket, said: () => said, ended };
  };

  it('that sends its headers or body too slowly gets 408 and is closed', async () => {
    await using registry = await aRegistry({ serving: { limits: { requestTimeout: 200 } } });
    const key = await registry.key('development');
    const headers = await open(registry.url);
    headers.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const body = await open(registry.url);
    body.socket.write(
      `POST /v1/prompts/slow/-/versions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"source":`,
    );
    await Promise.all([headers.ended, body.ended]);
    assert.match(headers.said(), /^HTTP\/1\.1 408 /);
    // Who of the two notices first answers; the caller is told either way.
    assert.match(body.said(), /^HTTP\/1\.1 (?:408|503) /);
    await eventually('an answer in time', async () => {
      const { status } = await ask(registry.url, 'GET', '/healthz');
      return status === 200;
    });
    const faults = registry.logged.filter(({ event }) => event === 'fault');
    assert.deepEqual(faults, [], 'a slow caller is no fault of the registry');
  });
  it('that ends in the middle of a body leaves nothing, and is not logged as a fault', async () => {
    await using registry = await serving();
    const key = await registry.key('development');
    const { socket } = await open(registry.url);
    const head = `POST /v1/prompts/cut/-/versions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`;
    const body = JSON.stringify({ source: 'x', message: '', base: null });
    socket.write(`${head}Content-Length: ${body.length + 1}\r\n\r\n${body}`);
    await ask(registry.url, 'GET', '/healthz');
    socket.destroy();
    const ended = () => registry.logged.find(({ path }) => path === '/v1/prompts/cut/-/versions');
    assert.equal((await eventually('its end', ended)).status, 422);
    assert.ok(!registry.logged.some(({ event }) => event === 'fault'));
    assert.equal((await registry.call('GET', '/v1/prompts/cut/-/versions')).status, 404);
  });
  it('with a body larger than any request needs is answered before it arrives', async () => {
    await using registry = await serving();
    const key = await registry.key('development');
    for (const length of ['Content-Length: 8388609', 'Transfer-Encoding: chunked']) {
      const { socket, said, ended } = await open(registry.url);
      socket.write(
        `POST /v1/prompts/big/-/versions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`,
      );
      if (length.endsWith('chunked')) socket.write(`800001\r\n${' '.repeat(0x800001)}\r\n`);
      await ended;
      assert.match(said(), /^HTTP\/1\.1 413 .*"code":"too_large"/s);
    }
  });
  it('that declares an empty body is answered at once, and can be used again', async () => {
    await using registry = await serving();
    const key = await registry.key('development', 'author');
    const { socket, said, ended } = await open(registry.url);
    const asking = (path: string, more = ''): string =>
      `POST /v1/prompts/${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n${more}\r\n`;
    socket.write(asking('p/-/versions'));
    socket.write(asking('p/-/versions', 'Content-Length: 0\r\n'));
    socket.write(asking('p/-/archive', 'Connection: close\r\n'));
    await ended;
    const statuses = [...said().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    assert.deepEqual(statuses.slice(0, 2), ['422', '422'], 'nothing is read as {}');
    assert.equal(statuses.length, 3);
    assert.doesNotMatch(said(), /Send all of it/);
  });
  it('with headers beyond 16 KiB gets 431', async () => {
    await using registry = await serving();
    const { socket, said, ended } = await open(registry.url);
    socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`);
    await ended;
    assert.match(said(), /^HTTP\/1\.1 431 /);
  });
  it('beyond the limit replaces one that has sent no key, which is counted', async () => {
    await using registry = await aRegistry({ serving: { limits: { maxConnections: 2 } } });
    const headers = { authorization: `Bearer ${await registry.key('development', 'reader')}` };
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const scrape = (): Promise<string> =>
      new Promise((resolve, reject) => {
        httpRequest(`${registry.url}/v1/keys/current`, { agent, headers }, answer => {
          answer.resume().on('end', () =>
            httpRequest(`${registry.url}/metrics`, { agent }, metrics => {
              let text = '';
              metrics.on('data', chunk => (text += chunk)).on('end', () => resolve(text));
            })
              .on('error', reject)
              .end(),
          );
        })
          .on('error', reject)
          .end();
      });
    await scrape();
    const second = await open(registry.url);
    const third = await open(registry.url);
    await second.ended;
    const refused = samplesOf(await scrape()).get('promptforge_http_connections_refused_total');
    assert.equal(refused, 1);
    third.socket.destroy();
    agent.destroy();
  });
  it('whose client does not read its answers is closed', async () => {
    await using patient = await aRegistry();
    await patient.publish('long', 'x'.repeat(1024 * 1024), null);
    const key = await patient.key('development');
    const limits = { requestTimeout: 100 };
    await using registry = await aRegistry({ folder: patient.folder, serving: { limits } });
    const { socket, ended } = await open(registry.url);
    let taken = 0;
    const whole = new Promise<void>(resolve =>
      socket.on('data', chunk => {
        taken += chunk.length;
        if (taken > 32 * 1024 * 1024) resolve();
      }),
    );
    const asking = `GET /v1/prompts/long?channel=latest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`;
    socket.pause();
    // More than the buffers of the system hold.
    socket.write(asking.repeat(32));
    // The scrape's own connection is the other one.
    await eventually('the end of the connection', async () => {
      // Not by `ask`: the scrape may be too slow for this limit as well.
      const answer = await fetch(`${registry.url}/metrics`);
      const text = await answer.text();
      return answer.ok && samplesOf(text).get('promptforge_http_connections') === 1;
    });
    socket.resume();
    await Promise.race([ended, whole]);
    assert.ok(taken < 32 * 1024 * 1024, 'the rest was not kept for a reader that is gone');
  });
  it('is not reused by a stopping server, which health and readiness report', async () => {
    const registry = await serving();
    await registry.key('staging', 'reader');
    const closing = registry.server.close(patience(2500));
    for (const path of ['/healthz', '/readyz'])
      assertProblem(await ask(registry.url, 'GET', path), 503, 'unavailable', /is stopping/);
    const still = await registry.call('GET', '/v1/prompts/p', undefined, { as: 'staging reader' });
    assert.deepEqual([still.status, still.text], [200, 'Text']);
    assert.equal(still.headers.get('connection'), 'close');
    await closing;
    await assert.rejects(fetch(registry.url));
    await registry[Symbol.asyncDispose]();
  });
});

describe('an answer', () => {
  it('that takes too long is a 503, which says that the request may still have succeeded', async () => {
    await using folder = await temporaryFolder();
    const real = await openDataFolder(folder.path);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let held = false;
    const store: Store = {
      ...boundTo(real),
      async read(work) {
        if (held) await released;
        return real.read(work);
      },
    };
    await using registry = await aRegistry({ store, serving: { limits: { requestTimeout: 150 } } });
    await registry.key('development');
    await eventually('an answer in time', async () => {
      const { status } = await registry.call('GET', '/v1/prompts');
      return status === 200;
    });
    held = true;
    const late = await registry.call('GET', '/v1/prompts');
    assertProblem(late, 503, 'unavailable', /within 0\.15 s.*Idempotency-Key/);
    release();
  });
  it('has headers that stop browsers and other sites from using it', async () => {
    await using registry = await serving();
    const from = { origin: 'https://elsewhere.example' };
    const answers = [
      await registry.call('GET', '/v1/prompts/p', undefined, { as: 'staging reader', headers: from }),
      await registry.call('GET', '/v1/prompts', undefined, { headers: from }),
      await registry.call('GET', '/v1/prompts/absent', undefined, { headers: from }),
      await ask(registry.url, 'GET', '/openapi.json', undefined, from),
    ];
    for (const { headers } of answers) {
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('strict-transport-security'), null, 'only where TLS is spoken');
      const open = [...headers.keys()].filter(name => name.startsWith('access-control-'));
      assert.deepEqual(open, []);
    }
    const preflight = { ...from, 'access-control-request-method': 'GET' };
    for (const path of ['/v1/prompts/p', '/v1/prompts'])
      assertProblem(
        await ask(registry.url, 'OPTIONS', path, undefined, preflight),
        405,
        'method_not_allowed',
      );
  });
});

/** A store's members as a plain object, to replace one of them. */
function boundTo(store: Store): Store {
  return {
    now: store.now,
    read: work => store.read(work),
    write: work => store.write(work),
    revision: () => store.revision(),
    recentRevision: () => store.recentRevision(),
    changed: (since, timeout, signal) => store.changed(since, timeout, signal),
    awaySince: () => store.awaySince(),
    lost: () => store.lost(),
    close: () => store.close(),
  };
}
