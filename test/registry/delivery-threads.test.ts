/** Deliveries in threads of their own, as `promptforge serve` has them: everything else is answered by the main thread behind. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { patience } from '../../scripts/host/patience.ts';
import { ROUTES } from '../../src/contract/routes.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { Problem } from '../../src/core/problem.ts';
import type { Role } from '../../src/core/role.ts';
import { createKey, revokeKey } from '../../src/registry/administration.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import { failedKeyLimits } from '../../src/registry/serving/limits.ts';
import { type RegistryServingOptions, serveRegistry } from '../../src/registry/threads/serve-registry.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Answered, aCallWaits, ask, assertProblem, deliverFromMemory, type Json } from './a-registry.ts';

const STAGING = parseEnvironmentName('staging');
const COUNTS = process.platform === 'linux' ? [1, 3] : [1];

/** Delivers without a pause from `count` to `stop`, on a thread of its own. */
const APPLICATION = `
  const { parentPort, workerData: { url, key } } = require('node:worker_threads');
  const deliver = async () => (await fetch(url, { headers: { authorization: 'Bearer ' + key } })).status;
  let stopped = false;
  parentPort.on('message', async message => {
    if (message === 'stop') { stopped = true; return; }
    let delivered = 0, failed = 0;
    // As long as the main thread of the registry is away, whether or not it says when to stop.
    for (const until = Date.now() + 900; Date.now() < until && !stopped; ) (await deliver()) === 200 ? delivered++ : failed++;
    parentPort.postMessage({ delivered, failed });
  });
  deliver().then(() => parentPort.postMessage('ready'));
`;

interface Served extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly logged: readonly Json[];
  /** The threads that deliver, as they start. */
  readonly threads: readonly Worker[];
  readonly served: Awaited<ReturnType<typeof serveRegistry>>;
  key(role: Role, actor?: string): Promise<string>;
  call(method: string, path: string, body?: unknown, key?: string): Promise<Answered>;
  deliver(prompt: string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
}

/** On a data folder of its own, with keys of staging. */
async function served(
  workers: number,
  more: Partial<RegistryServingOptions> = {},
  at?: string,
): Promise<Served> {
  const own = at === undefined ? await temporaryFolder() : undefined;
  const folder = own ?? { path: at ?? '' };
  const store = await openDataFolder(folder.path, { environments: defaultEnvironments(0) });
  const logged: object[] = [];
  const threads: Worker[] = [];
  const started = (worker: Worker) => threads.push(worker);
  process.on('worker', started);
  const running = await serveRegistry({
    place: { data: folder.path },
    workers,
    store,
    host: '127.0.0.1',
    port: 0,
    log: entry => logged.push(entry),
    ...more,
  });
  const key = async (role: Role, actor = `${role}.of.staging`): Promise<string> =>
    (await createKey(store, { environment: STAGING, role, actor, expiresAt: null })).key;
  const [admin, reader] = [await key('admin'), await key('reader')];
  return {
    url: running.url,
    folder: folder.path,
    logged,
    threads,
    served: running,
    key,
    call: (method, path, body, as = admin) =>
      ask(running.url, method, path, body, { authorization: `Bearer ${as}` }),
    deliver: (prompt, headers = {}) =>
      // Each on a connection of its own, so that every thread is asked.
      ask(running.url, 'GET', `/v1/prompts/${prompt}`, undefined, {
        authorization: `Bearer ${reader}`,
        connection: 'close',
        ...headers,
      }),
    async [Symbol.asyncDispose]() {
      process.off('worker', started);
      await running.close();
      await store.close();
      await own?.[Symbol.asyncDispose]();
    },
  };
}

async function publish(registry: Served, prompt: string, sources: readonly string[]): Promise<void> {
  const author = await authorOf(registry);
  for (const [base, source] of sources.entries()) {
    const body = { source, message: 'For the test', base: base === 0 ? null : base };
    const { status, text } = await registry.call('POST', `/v1/prompts/${prompt}/-/versions`, body, author);
    assert.equal(status, 201, text);
  }
}

async function authorOf({ served: { store } }: Served): Promise<string> {
  const [development] = defaultEnvironments(0);
  const made = { role: 'author', actor: 'author', expiresAt: null } as const;
  return (await createKey(store, { ...made, environment: development!.name })).key;
}

async function promote(
  registry: Served,
  prompt: string,
  version: number,
  expected: number | null,
): Promise<void> {
  const body = { environment: STAGING, channel: 'stable', version, reason: 'For the test', expected };
  const { status, text } = await registry.call('POST', `/v1/prompts/${prompt}/-/promotions`, body);
  assert.equal(status, 201, text);
}

describe('a registry with delivery threads', () => {
  it('answers every call as a single thread does', async () => {
    const limits = { failedKeys: failedKeyLimits(1_000_000) };
    await using threads = await served(1, { limits });
    await using alone = await served(0, { limits }, threads.folder);
    await publish(threads, 'team/a', ['Hello, {{name}}.']);
    await promote(threads, 'team/a', 1, null);
    const keys = { admin: await threads.key('admin', 'other'), reader: await threads.key('reader', 'other') };
    const unknown = keys.reader.replace(/.$/, last => (last === '0' ? '1' : '0'));
    const parameters: Readonly<Record<string, string>> = {
      name: 'team/a',
      n: '1',
      id: 'x',
      environment: 'staging',
    };
    const paths = Object.values(ROUTES).map(({ path }) =>
      path.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? name),
    );
    const targets = [
      ...paths,
      '/v1/prompts/',
      '/v1/nothing',
      '/v1/prompts/../x',
      '/healthz?x=1',
      '/v1/keys?limit=1e2',
    ];
    for (const target of new Set(targets)) {
      // Its figures and its signature are another's each time.
      if (target === ROUTES.metrics.path || target === ROUTES.checkpoint.path) continue;
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']) {
        for (const key of [keys.admin, keys.reader, unknown, 'Bearer', undefined]) {
          const request = { method, target, key, ...(method.startsWith('P') && { body: '{"reason": 1' }) };
          const [one, other] = await Promise.all([threads, alone].map(({ url }) => answerTo(url, request)));
          assert.deepEqual(
            one,
            other,
            JSON.stringify({ method, target, key: key === undefined ? key : 'a key' }),
          );
        }
      }
    }
  });

  for (const count of COUNTS) {
    it(`never delivers anything older than what was acknowledged, with ${count} of them`, async () => {
      await using registry = await served(count);
      await publish(registry, 'team/a', ['One', 'Two']);
      let expected: number | null = null;
      for (let round = 0; round < 30; round++) {
        const version = 1 + (round % 2);
        await promote(registry, 'team/a', version, expected);
        expected = version;
        const delivered = await Promise.all(
          Array.from({ length: 2 * count }, () => registry.deliver('team/a')),
        );
        for (const { text } of delivered) assert.equal(text, version === 1 ? 'One' : 'Two', `round ${round}`);
      }
    });
  }

  it('refuses a revoked key and accepts a new one as soon as the change is acknowledged', async () => {
    await using registry = await served(1);
    await publish(registry, 'team/a', ['One']);
    await promote(registry, 'team/a', 1, null);
    for (let round = 0; round < 10; round++) {
      const path = '/v1/keys';
      const body = { environment: STAGING, role: 'reader', actor: `reader-${round}`, expiresAt: null };
      const { json, text } = await registry.call('POST', path, body);
      assert.equal(typeof json.key, 'string', text);
      const headers = { authorization: `Bearer ${json.key}` };
      const delivered = await registry.deliver('team/a', headers);
      assert.equal(delivered.status, 200, delivered.text);
      const revoked = await registry.call('POST', `${path}/${json.id}/revoke`, {});
      assert.equal(revoked.status, 200, revoked.text);
      assertProblem(await registry.deliver('team/a', headers), 401, 'key_revoked');
    }
  });

  it('keeps delivering while the main thread is busy for a second', async () => {
    await using registry = await served(1);
    await publish(registry, 'team/a', ['One']);
    await promote(registry, 'team/a', 1, null);
    const key = await registry.key('reader', 'application');
    const application = new Worker(APPLICATION, {
      eval: true,
      workerData: { url: `${registry.url}/v1/prompts/team/a`, key },
    });
    await once(application, 'message');
    const counted = once(application, 'message');
    application.postMessage('count');
    // The application's thread is told of it, and then this one is gone for a second.
    await new Promise(resolve => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    application.postMessage('stop');
    const [{ delivered, failed }] = await counted;
    await application.terminate();
    assert.equal(failed, 0);
    assert.ok(delivered > 5, `${delivered} deliveries`);
  });

  it('restarts a thread that ended, on the same port', async () => {
    await using registry = await served(1);
    await publish(registry, 'team/a', ['One']);
    await promote(registry, 'team/a', 1, null);
    const [first] = registry.threads;
    await first?.terminate();
    const answered = await eventually('a delivery by its successor', () =>
      registry.deliver('team/a').catch(() => undefined),
    );
    assert.equal(answered.text, 'One');
    assert.equal(registry.threads.length, 2);
    await eventually('the figure', async () =>
      /^promptforge_delivery_threads 1$/m.test((await registry.call('GET', '/metrics')).text),
    );
    assert.ok(
      registry.logged.some(entry => entry.event === 'fault' && /thread that delivers/.test(entry.error)),
    );
    await publish(registry, 'team/b', ['Other']);
    await promote(registry, 'team/b', 1, null);
    assert.equal((await registry.deliver('team/b')).text, 'Other');
  });

  it('does not hold up writes for a thread with nothing to deliver yet', async () => {
    await using registry = await served(1);
    await publish(registry, 'team/a', ['One', 'Two']);
    await promote(registry, 'team/a', 1, null);
    const { store } = registry.served;
    const made = { environment: STAGING, role: 'reader', actor: 'leaver', expiresAt: null } as const;
    const { id } = await createKey(store, made);
    const told: string[] = [];
    const committed = Promise.withResolvers<void>();
    const listen = (worker: Worker) => {
      const { postMessage } = worker;
      worker.postMessage = async (command: { kind: string }) => {
        told.push(command.kind);
        // It goes on once something was committed that it was not told of.
        if (command.kind === 'go') await committed.promise;
        postMessage.call(worker, command);
      };
    };
    process.once('worker', listen);
    await registry.threads[0]?.terminate();
    await eventually('another thread', () => registry.threads.length === 2);
    await revokeKey(store, id);
    committed.resolve();
    const answered = await eventually('a delivery', () => registry.deliver('team/a').catch(() => undefined));
    assert.equal(answered.text, 'One');
    assert.ok(!told.slice(0, told.indexOf('go') + 1).includes('committed'), `${told}`);
    await promote(registry, 'team/a', 2, 1);
    assert.equal((await registry.deliver('team/a')).text, 'Two');
    assert.ok(told.includes('committed'));
  });

  it('delivers only from memory once any thread finds the log broken', async () => {
    await using registry = await served(1);
    await publish(registry, 'team/a', ['One']);
    await publish(registry, 'team/b', ['Other']);
    await promote(registry, 'team/a', 1, null);
    await promote(registry, 'team/b', 1, null);
    await deliverFromMemory(registry.url, () => registry.deliver('team/a'));
    using database = new DatabaseSync(join(registry.folder, DATABASE_FILE));
    for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
      database.exec(`DROP TRIGGER ${name}`);
    database.exec('UPDATE events SET hash = hash || 1');
    await eventually('the alarm', () => registry.logged.find(({ event }) => event === 'log_broken'));
    assert.equal((await registry.deliver('team/a')).text, 'One');
    assertProblem(await registry.deliver('team/a?version=1&x=1'), 422, 'invalid_request');
    assertProblem(await registry.deliver('team/b?channel=latest'), 503, 'log_broken');
    assertProblem(await registry.call('GET', '/readyz'), 503, 'log_broken');
    const body = { environment: STAGING, channel: 'stable', version: 1, reason: 'Again', expected: 1 };
    const path = '/v1/prompts/team/a/-/promotions';
    assertProblem(await registry.call('POST', path, body), 503, 'log_broken');
    assert.equal(registry.logged.filter(({ event }) => event === 'log_broken').length, 1);
  });

  it('records when keys were used for deliveries, and adds up the counts of its threads', async () => {
    await using registry = await served(1);
    await publish(registry, 'team/a', ['One']);
    await promote(registry, 'team/a', 1, null);
    for (let i = 0; i < 5; i++) await registry.deliver('team/a');
    const used = await eventually('the time of use', async () => {
      const { json } = await registry.call('GET', '/v1/keys');
      return json.data.find((key: Json) => key.actor === 'reader.of.staging' && key.lastUsedAt !== null);
    });
    assert.ok(Date.parse(used.lastUsedAt) > Date.now() - 60_000);
    const { text } = await registry.call('GET', '/metrics');
    const counted = (name: string) =>
      Number(
        text
          .split('\n')
          .find(line => line.startsWith(`${name} `))
          ?.slice(name.length + 1),
      );
    const label = 'method="GET",route="/v1/prompts/{name}",status="200"';
    assert.equal(counted(`promptforge_http_requests_total{${label}}`), 5);
    assert.equal(
      counted('promptforge_deliveries_total{from="memory"}') +
        counted('promptforge_deliveries_total{from="database"}'),
      5,
    );
    assert.ok(counted('promptforge_delivery_cache_entries') > 0);
    assert.ok(counted('promptforge_http_connections') > 0);
  });

  it('never counts backwards when a thread reports late or ends', async () => {
    await using registry = await served(COUNTS.length);
    await publish(registry, 'team/a', ['One']);
    await promote(registry, 'team/a', 1, null);
    const counted = async () => {
      const { text } = await registry.call('GET', '/metrics');
      const series =
        /^promptforge_(?:http_requests_total\{method="GET",route="\/v1\/prompts\/\{name\}",status="200"\}|http_request_duration_seconds_count\{method="GET",route="\/v1\/prompts\/\{name\}"\}) (\d+)$/gm;
      const [requests, durations] = [...text.matchAll(series)].map(([, count]) => Number(count));
      assert.equal(requests, durations, text);
      return requests;
    };
    for (let i = 0; i < 20; i++) await registry.deliver('team/a');
    assert.equal(await counted(), 20);
    const [slow] = registry.threads;
    const { postMessage } = slow!;
    slow!.postMessage = () => {};
    assert.equal(await counted(), 20, 'a thread that does not say how much it counted');
    slow!.postMessage = postMessage;
    await slow!.terminate();
    await eventually('a delivery', () => registry.deliver('team/a').catch(() => undefined));
    const after = await eventually('the counts', async () => {
      const count = await counted();
      return count !== undefined && count >= 21 ? count : undefined;
    });
    assert.equal(after, 21);
  });

  it('keeps the priority of its process unless configured otherwise', async () => {
    const before = getPriority();
    await using registry = await served(1);
    assert.equal(getPriority(), before);
    assert.match(registry.url, /^http/);
  });

  it('caches deliveries in the delivery threads only', async () => {
    await using registry = await served(1);
    await using other = await served(0, {}, registry.folder);
    await publish(other, 'team/a', ['One', 'Two']);
    await promote(other, 'team/a', 1, null);
    await promote(other, 'team/a', 2, 1);
    await eventually('the second', async () => (await registry.deliver('team/a')).text === 'Two');
    await registry.deliver('team/a?version=1');
    await registry.deliver('team/a?version=2');
    const { text } = await registry.call('GET', '/metrics');
    // By its channel, and by the number of each of the two.
    assert.match(text, /^promptforge_delivery_cache_entries 3$/m);
  });

  it('counts forwarded requests against the rate of their key', async () => {
    await using registry = await served(1, { rateLimit: 2 });
    const key = await registry.key('admin', 'eager');
    // At once, as a slow machine may leave time for as many in turn.
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => registry.call('GET', '/v1/keys/current', undefined, key)),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))].sort(), [200, 429]);
  });

  for (const count of COUNTS)
    it(`limits keys, environments and addresses across all ${count} threads`, async () => {
      const failedKeys = {
        perAddress: { perSecond: 0.001, burst: 3 },
        total: { perSecond: 1000, burst: 1000 },
      };
      await using registry = await served(count, {
        rateLimit: 2,
        environmentRateLimit: 3,
        limits: { failedKeys },
      });
      const started = performance.now();
      /** Each on a connection of its own, so that every thread is asked. */
      const through = async (keys: readonly string[]) => {
        const statuses = await Promise.all(
          Array.from({ length: 40 }, async (_, index) => {
            const authorization = `Bearer ${keys[index % keys.length]}`;
            return (await registry.deliver('team/none', { authorization })).status;
          }),
        );
        return (refused: number) => statuses.filter(status => status !== refused).length;
      };
      const passed = () => (performance.now() - started) / 1000;
      const keys = await Promise.all([1, 2, 3, 4].map(n => registry.key('reader', `reader-${n}`)));
      const ofKey = (await through(keys.slice(0, 1)))(429);
      assert.ok(ofKey >= 4 && ofKey <= 4 + 2 * passed() + 1, `${ofKey} with one key`);
      const ofAll = (await through(keys.slice(1)))(429) + ofKey;
      assert.ok(ofAll >= 6 && ofAll <= 6 + 3 * passed() + 1, `${ofAll} of the environment`);
      const ofAddress = (await through(['x']))(429);
      // Each thread looks before it counts, so each other one may let one more through at that moment.
      assert.ok(ofAddress >= 3 && ofAddress < 3 + Math.max(count, 1), `${ofAddress} without a valid key`);
    });

  it('ends waiting calls and finishes running ones when it stops', async () => {
    await using registry = await served(1);
    await publish(registry, 'team/a', ['One']);
    const { json } = await registry.call('GET', '/v1/changes');
    const waits = aCallWaits(registry.served);
    const waiting = registry.call('GET', `/v1/changes?after=${json.cursor}&wait=30`);
    await waits;
    const closing = registry.served.close(patience(1000));
    const ready = await registry.call('GET', '/readyz');
    assertProblem(ready, 503, 'unavailable');
    assert.deepEqual((await waiting).json.events, []);
    await closing;
    await assert.rejects(registry.deliver('team/a'));
  });

  it('refuses a port already in use, with one thread or several', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    for (const count of COUNTS) {
      await assert.rejects(served(count, { port }), (error: unknown) => {
        assert.ok(Problem.is(error, 'unavailable'));
        assert.match(error.message, /the port is in use/);
        return true;
      });
    }
    taken.close();
    for (const count of COUNTS) {
      await using first = await served(count);
      const { port } = new URL(first.url);
      await assert.rejects(served(count, { port: Number(port) }), /the port is in use/);
    }
  });
});

/** What came back, without what is of its time and connection. */
function answerTo(
  url: string,
  { method, target, key, body }: { method: string; target: string; key?: string | undefined; body?: string },
): Promise<object> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = {
      ...(key !== undefined && { authorization: key === 'Bearer' ? key : `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': body.length }),
    };
    const asked = request({ hostname, port, method, path: target, headers, agent: false }, async answer => {
      const text = (await Array.fromAsync(answer)).join('');
      const { date: _, connection: __, 'keep-alive': ___, ...kept } = answer.headers;
      delete kept['request-id'];
      resolve({ status: answer.statusCode, headers: kept, text });
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
