/** `promptforge serve` as an operator meets it: a process, a port, a log, signals. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { Agent, get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { freePort } from '../../scripts/host/freePort.ts';
import { patience } from '../../scripts/host/patience.ts';
import { keyPage } from '../../src/contract/keys.ts';
import { version } from '../../src/contract/prompts.ts';
import { eventually } from '../eventually.ts';
import { folderContents } from './folder-contents.ts';
import { inProcess } from './in-process.ts';
import { canHoldToFileRights, MAIN, type Outcome, promptforge, start } from './promptforge.ts';
import { call, codeOf, newKey, type Serving, serve } from './serving.ts';
import { temporaryFolder } from './temporary-folder.ts';

const SOURCE = 'You are the support assistant of Nordbank.\n{{question}}\n';

/** A loop in a loop in a loop over the same list. */
const LOOPS = '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x';
const NUMBERS = Array.from({ length: 300 }, (_, index) => index);

describe('promptforge serve', () => {
  const inFolder = temporaryFolder();
  const running: Serving[] = [];
  const serving = async (...args: string[]) => {
    const one = await serve(...args);
    running.push(one);
    return one;
  };
  let next = 0;
  let data: string;
  beforeEach(() => {
    data = inFolder(`data-${next++}`);
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });

  it('logs its address and data folder in the first line', async () => {
    const { log, pid } = await serving('--data', data);
    const [first] = log();
    const { at, url, ...rest } = first ?? {};
    assert.match(String(url), /^http:\/\/127\.0\.0\.1:\d+$/);
    assert(Math.abs(Date.parse(String(at)) - Date.now()) < patience(60_000));
    assert.deepEqual(rest, { level: 'info', event: 'listening', data, version: packageJson.version, pid });
  });

  it('gives its main thread a lower priority than delivery threads, on Linux', async function () {
    if (process.platform !== 'linux') return this.skip();
    const { pid, log } = await serving('--data', data, '--workers', '2');
    await eventually('it to listen', () => log().some(({ event }) => event === 'listening'));
    const threads = await readdir(`/proc/${pid}/task`);
    const names = await Promise.all(
      threads.map(async thread => {
        const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8');
        // The 19th field; the second, a name in brackets, may have spaces.
        const nice = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
        const isHelper = stat.includes('(V8Worker)');
        return { isMain: thread === String(pid), isHelper, nice };
      }),
    );
    assert.deepEqual(new Set(names.filter(({ isMain }) => isMain).map(({ nice }) => nice)), new Set([10]));
    assert.deepEqual(new Set(names.filter(each => each.isHelper).map(({ nice }) => nice)), new Set([10]));
    const usual = names.filter(({ isMain, nice }) => !isMain && nice === 0);
    assert.ok(usual.length >= 2, `${usual.length} threads of the usual priority`);
  });

  it('starts itself with settings that save memory, on Linux, unless the operator has set others', async function () {
    if (process.platform !== 'linux' || process.execve === undefined) return this.skip();
    const child = start(['serve', '--port', '0', '--data', data], { env: { MALLOC_ARENA_MAX: '8' } });
    const ended = once(child, 'close');
    const [first] = await once(child.stdout, 'data');
    const { pid } = JSON.parse(String(first));
    const read = async (what: string) => (await readFile(`/proc/${pid}/${what}`, 'utf8')).split('\0');
    const [environment, commandLine] = [await read('environ'), await read('cmdline')];
    child.kill('SIGTERM');
    assert.equal(pid, child.pid);
    assert.ok(environment.includes('MALLOC_ARENA_MAX=8'), String(environment));
    assert.ok(environment.includes('MALLOC_MMAP_THRESHOLD_=131072'), String(environment));
    assert.deepEqual(commandLine.slice(1, 6), [
      '--max-semi-space-size=8',
      '--heap-growing-percent=100',
      '--no-allocation-site-pretenuring',
      ...[MAIN, 'serve'],
    ]);
    assert.equal((await ended)[0], 0);
  });

  it('delivers with any options of Node, including those that threads do not accept', async () => {
    const node = ['--max-old-space-size=500', '--expose-gc', '--title=registry'];
    const child = spawn(process.execPath, [...node, MAIN, 'serve', '--port', '0', '--data', data]);
    const errors = text(child.stderr);
    try {
      const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      const { event, url } = JSON.parse(String(first));
      assert.equal(event, 'listening');
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
    } finally {
      child.kill('SIGTERM');
    }
    assert.match(await errors, /^This registry has no keys yet[^\n]*\n$/);
  });

  it('listens on the given port', async () => {
    const port = await freePort();
    const { url } = await serving('--data', data, '--port', String(port));
    assert.equal(url, `http://127.0.0.1:${port}`);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  it('listens on the port in PROMPTFORGE_PORT, and refuses an invalid one', async () => {
    const port = await freePort();
    const env = { PROMPTFORGE_PORT: String(port) };
    const child = start(['serve', '--data', data], { env });
    const ended = once(child, 'close');
    const [first] = await once(child.stdout, 'data');
    assert.match(String(first), new RegExp(`"url":"http://127.0.0.1:${port}"`));
    child.kill('SIGTERM');
    await ended;
    const { code, stderr } = await promptforge(['serve', '--data', data], { env: { PROMPTFORGE_PORT: 'x' } });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /PROMPTFORGE_PORT/);
  });

  it('starts a new registry with the default environments, and explains how to create the first key', async () => {
    const server = await serving('--data', data);
    const { stderr } = await server.stop();
    assert.match(
      stderr,
      /^This registry has no keys yet\. Create the first one with: promptforge keys create /,
    );
    // As somebody pastes it into a shell.
    assert.match(stderr, /--actor [\w.-]+ --data/);
    const { stdout } = await inProcess(['environments', 'list', '--json', '--data', data]);
    const environments = JSON.parse(stdout).data as { name: string; policy: { approvals: number } }[];
    assert.deepEqual(
      environments.map(({ name, policy }) => [name, policy.approvals]),
      [
        ['development', 0],
        ['staging', 0],
        ['production', 1],
      ],
    );
  });

  it('delivers a published and promoted version to an application', async () => {
    const author = await newKey(data, 'development', 'approver');
    const reader = await newKey(data, 'development', 'reader');
    const { url, stop } = await serving('--data', data);
    await publish(url, author.key);
    const promotion = {
      environment: 'development',
      channel: 'stable',
      version: 1,
      reason: 'first',
      expected: null,
    };
    const promoted = await call(`${url}/v1/prompts/support/assistant/-/promotions`, author.key, promotion);
    assert.equal(promoted.status, 201, promoted.text);
    const delivered = await call(`${url}/v1/prompts/support/assistant`, reader.key);
    assert.equal(delivered.status, 200);
    assert.equal(delivered.text, SOURCE);
    assert.equal(delivered.headers.get('PromptForge-Version'), 'support/assistant@1');
    assert.equal((await stop()).stderr, '');
  });

  it('renders, checks and compares in separate processes if that takes long', async () => {
    const author = await newKey(data, 'development', 'author');
    const { url, stop } = await serving('--data', data);
    const prompt = `${url}/v1/prompts/loops/-`;
    const publishing = { source: LOOPS, message: '', base: null };
    assert.equal((await call(`${prompt}/versions`, author.key, publishing)).status, 201);
    const refused = await call(`${prompt}/render`, author.key, { input: { xs: NUMBERS }, version: 1 });
    assert.equal(codeOf(refused), 'too_expensive');
    const long = { source: 'A line about {{name}}.\n'.repeat(20_000), message: '', base: 1 };
    assert.equal((await call(`${prompt}/versions`, author.key, long)).status, 201);
    const rendered = await call(`${prompt}/render`, author.key, { input: { name: 'Ada' }, version: 2 });
    assert.equal(rendered.text, 'A line about Ada.\n'.repeat(20_000));
    const diff = await call(`${prompt}/diff?from=1&to=2`, author.key);
    assert.ok(diff.text.startsWith('--- loops@1\n+++ loops@2\n'));
    const wrong = { source: `${long.source}{{#if name}}`, message: '', base: 2 };
    assert.equal(codeOf(await call(`${prompt}/versions`, author.key, wrong)), 'invalid_source');
    assert.equal((await stop()).stderr, '');
  });

  it('refuses a revoked key, and accepts a new one, at once', async () => {
    const reader = await newKey(data, 'development', 'reader');
    const { url } = await serving('--data', data);
    const ask = (key: string) => call(`${url}/v1/keys/current`, key);
    assert.equal((await ask(reader.key)).status, 200);
    assert.equal((await ask(reader.key)).status, 200);
    assert.equal((await promptforge(['keys', 'revoke', reader.id, '--data', data])).code, 0);
    const refused = await ask(reader.key);
    assert.equal(refused.status, 401);
    assert.equal(codeOf(refused), 'key_revoked');
    const another = await newKey(data, 'development', 'reader');
    assert.equal((await ask(another.key)).status, 200);
  });

  it('applies a changed policy at once', async () => {
    const author = await newKey(data, 'development', 'author');
    const { url } = await serving('--data', data);
    await publish(url, author.key);
    const set = ['environments', 'set', 'development', '--publishes', 'false', '--data', data];
    assert.equal((await inProcess(set)).code, 0);
    const body = { source: 'another', message: '', base: 1 };
    const refused = await call(`${url}/v1/prompts/support/assistant/-/versions`, author.key, body);
    assert.equal(refused.status, 403);
    assert.equal(codeOf(refused), 'publishing_not_allowed');
  });

  it('only delivers with --delivery-only, next to a full server', async () => {
    const { url } = await serving('--data', data);
    const [{ key }, { key: reader }] = [
      await newKey(data, 'development', 'author'),
      await newKey(data, 'development', 'reader'),
    ];
    const delivering = await serving('--data', data, '--delivery-only');
    assert.equal(delivering.log()[0]?.['deliveryOnly'], true);
    await call(`${url}/v1/prompts/p/-/versions`, key, { source: SOURCE, message: '', base: null });
    const path = '/v1/prompts/p?channel=latest';
    await eventually('the text', async () => (await call(delivering.url + path, reader)).text === SOURCE);
    const refused = await call(`${delivering.url}/v1/prompts/p/-/versions`, key, { source: 'x' });
    assert.equal(codeOf(refused), 'route_not_found');
    assert.match(refused.text, /--delivery-only/);
    assert.equal((await delivering.stop()).code, 0);
  });

  it('creates nothing with --delivery-only', async () => {
    const alone = await promptforge(['serve', '--port', '0', '--data', data, '--delivery-only']);
    assert.equal(alone.code, 4, alone.stderr);
    assert.match(alone.stderr, /There is no registry at/);
    assert(!existsSync(data));
    const odd = await promptforge([
      'serve',
      '--data',
      data,
      '--delivery-only',
      '--webhooks-to-private-networks',
    ]);
    assert.equal(odd.code, 2, odd.stderr);
    assert.match(odd.stderr, /--delivery-only.*cannot be used with/);
  });

  it('shares its data folder with another server', async () => {
    const author = await newKey(data, 'development', 'author');
    const [one, other] = await Promise.all([serving('--data', data), serving('--data', data)]);
    assert.notEqual(one.url, other.url);
    await publish(one.url, author.key);
    const read = await call(`${other.url}/v1/prompts/support/assistant/-/versions/1`, author.key);
    assert.equal(version.parse(JSON.parse(read.text)).source, SOURCE);
  });

  it('records the use of a key, and no secret, in its log and data folder', async () => {
    const author = await newKey(data, 'development', 'author');
    const server = await serving('--data', data);
    await publish(server.url, author.key);
    await call(`${server.url}/v1/prompts?key=${author.key}&prefix=support`, author.key);
    await call(`${server.url}/v1/prompts/${author.key}`, author.key);
    await call(`${server.url}/v1/nothing`, `${author.key}x`);
    const { stdout, stderr } = await server.stop();
    const contents = await folderContents(data);
    const secret = author.key.slice(-38);
    assert(contents.includes(author.id), 'the id is there to be found');
    assert(stdout.includes(author.id), 'the id is there to be found');
    for (let at = 0; at + 8 <= secret.length; at++)
      assert(
        !(contents + stdout + stderr).includes(secret.slice(at, at + 8)),
        'a part of the secret is kept',
      );
    const listed = await inProcess(['keys', 'list', '--json', '--data', data]);
    assert.notEqual(keyPage.parse(JSON.parse(listed.stdout)).data[0]?.lastUsedAt, null);
  });

  it('logs one JSON object per line for any request', async () => {
    const server = await serving('--data', data);
    await call(`${server.url}/v1/prompts/a%0Ab%22`, 'x\ty');
    await call(`${server.url}/${encodeURIComponent('\n{"event":"forged"}')}`, 'none');
    const { stdout } = await server.stop();
    const events = stdout
      .trimEnd()
      .split('\n')
      .map(line => (JSON.parse(line) as Record<string, unknown>)['event']);
    assert.deepEqual(events, ['listening', 'request', 'request', 'draining', 'stopped']);
  });

  describe('when it stops', () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`answers the current request after ${signal}, then ends with exit code 0`, async () => {
        const author = await newKey(data, 'development', 'author');
        const server = await serving('--data', data);
        const body = Buffer.from(JSON.stringify({ source: SOURCE, message: '', base: null }));
        const publishing = request(`${server.url}/v1/prompts/support/assistant/-/versions`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${author.key}`,
            'content-type': 'application/json',
            'content-length': body.byteLength,
            expect: '100-continue',
          },
        });
        const answered = once(publishing, 'response');
        publishing.flushHeaders();
        // The server says so when it has the head of the request.
        await once(publishing, 'continue');
        publishing.write(body.subarray(0, 20));
        server.signal(signal);
        await logged(server, 'draining');
        // It says that it stops, and then does.
        await eventually('the end of new connections', () => refusesConnections(server.url));
        publishing.end(body.subarray(20));
        const [response] = await answered;
        assert.equal(response.statusCode, 201);
        assert.equal(version.parse(JSON.parse(await text(response))).version, 1);
        const { code, stderr } = await server.ended();
        assert.equal(code, 0);
        assert.equal(stderr, '');
        assert.deepEqual(
          server.log().map(({ event }) => event),
          ['listening', 'draining', 'request', 'stopped'],
        );
        assert.equal(server.log()[1]?.['signal'], signal);
      });
    }

    it('answers a call that waits for changes', async () => {
      const author = await newKey(data, 'development', 'author');
      const server = await serving('--data', data);
      const { cursor } = JSON.parse((await call(`${server.url}/v1/changes`, author.key)).text) as {
        cursor: string;
      };
      const waiting = request(`${server.url}/v1/changes?wait=30&after=${encodeURIComponent(cursor)}`, {
        headers: { authorization: `Bearer ${author.key}`, expect: '100-continue' },
      });
      const answered = once(waiting, 'response');
      waiting.flushHeaders();
      await once(waiting, 'continue');
      waiting.end();
      const { code } = await server.stop();
      assert.equal(code, 0);
      const [response] = await answered;
      assert.equal(response.statusCode, 200);
      const ended = server.log().findLast(({ path }) => path === '/v1/changes');
      assert(Number(ended?.['ms']) < 29_000, 'before the 30 s are over');
    });

    it('continues to answer during --drain-delay, and reports that it stops', async () => {
      const reader = await newKey(data, 'development', 'reader');
      const server = await serving('--data', data, '--drain-delay', '600', '--rate-limit', '1');
      assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
      server.signal('SIGTERM');
      await logged(server, 'draining');
      assert.equal((await fetch(`${server.url}/readyz`)).status, 503);
      const asked = await atOnce(() => call(`${server.url}/v1/prompts/absent`, reader.key));
      const statuses = Map.groupBy(asked, ({ status }) => status);
      assert.deepEqual([...statuses.keys()].sort(), [404, 429]);
      assert.ok((statuses.get(404)?.length ?? 0) >= 2, 'as many at a stretch as twice the limit');
      server.signal('SIGTERM');
      assert.equal((await server.ended()).code, 1);
    });

    it('answers or closes every request of a full queue', async () => {
      const author = await newKey(data, 'development', 'author');
      const server = await serving('--data', data);
      const prompt = `${server.url}/v1/prompts/loops/-`;
      const published = { source: LOOPS, message: '', base: null };
      assert.equal((await call(`${prompt}/versions`, author.key, published)).status, 201);
      const asked = Array.from({ length: 60 }, () =>
        call(`${prompt}/render`, author.key, { input: { xs: NUMBERS }, version: 1 }).catch(() => undefined),
      );
      await Promise.race(asked);
      assert.equal((await server.stop()).code, 0);
      for (const answer of await Promise.all(asked))
        if (answer !== undefined) assert.ok([422, 503].includes(answer.status), answer.text);
      const took = between(await logged(server, 'draining'), await logged(server, 'stopped'));
      assert.ok(took < patience(20_000), `${took} ms, and calls are left 10 s`);
    });

    it('does not wait for idle keep-alive connections', async () => {
      const server = await serving('--data', data);
      await (await fetch(`${server.url}/healthz`)).text(); // fetch keeps the connection
      assert.equal((await server.stop()).code, 0);
      const took = between(await logged(server, 'draining'), await logged(server, 'stopped'));
      assert(took < 10_000, 'before the 10 s that are left to calls');
    });

    it('leaves no temporary folder behind after the second signal', async () => {
      const temporary = inFolder(`tmp-${next}`);
      await mkdir(temporary);
      const folders = async () => (await readdir(temporary)).filter(name => name.startsWith('promptforge-'));
      const args = ['serve', '--data', data, '--port', '0', '--drain-delay', '60'];
      const child = start(args, { env: { TMPDIR: temporary } });
      const closed = once(child, 'close');
      let log = '';
      child.stdout.on('data', text => (log += text));
      await eventually('it to listen', async () => log.includes('"listening"'));
      assert.equal((await folders()).length, process.platform === 'win32' ? 0 : 1);
      child.kill('SIGTERM');
      await eventually('it to drain', async () => log.includes('"draining"'));
      child.kill('SIGTERM');
      await closed;
      assert.deepEqual(await folders(), []);
    });

    it('stops at once after the second signal', async () => {
      const author = await newKey(data, 'development', 'author');
      const server = await serving('--data', data);
      const stuck = request(`${server.url}/v1/prompts/a/-/versions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${author.key}`,
          'content-type': 'application/json',
          'content-length': 99,
          expect: '100-continue',
        },
      });
      const broken = once(stuck, 'error');
      stuck.flushHeaders();
      await once(stuck, 'continue');
      stuck.write('{');
      server.signal('SIGTERM');
      await logged(server, 'draining');
      server.signal('SIGTERM');
      assert.equal((await server.ended()).code, 1);
      await broken;
    });

    it('can start again on the same folder after it was killed', async () => {
      const author = await newKey(data, 'development', 'author');
      const first = await serving('--data', data);
      await publish(first.url, author.key);
      first.signal('SIGKILL');
      await first.ended();
      const second = await serving('--data', data);
      const read = await call(`${second.url}/v1/prompts/support/assistant/-/versions/1`, author.key);
      assert.equal(read.status, 200);
    });
  });

  it('continues if the reader of its log is gone', async () => {
    const server = await serving('--data', data);
    server.closeLog();
    for (let times = 0; times < 3; times++) assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    assert.equal((await server.stop()).code, 0);
  });

  describe('on a non-loopback address', () => {
    // An address that is not one of 127.0.0.0/8 or ::1 by its text, and still reaches nobody else.
    const host = '::ffff:127.0.0.1';

    it('refuses to listen without TLS', async () => {
      for (const address of ['0.0.0.0', '::', host]) {
        const args = ['serve', '--data', data, '--port', '0', '--host', address];
        const { code, stdout, stderr } = await (address === host ? promptforge : inProcess)(args);
        assert.equal(code, 1);
        assert.equal(stdout, '');
        assert.match(stderr, /^promptforge: Listening on .* without TLS .*--behind-proxy/);
      }
      const untouched = join(data, 'not-there');
      await inProcess(['serve', '--data', untouched, '--port', '0', '--host', '0.0.0.0']);
      assert.equal(existsSync(untouched), false);
    });

    it('listens with --behind-proxy', async () => {
      const { url } = await serving('--data', data, '--host', host, '--behind-proxy');
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
    });
  });

  describe('with TLS', () => {
    let cert: string;
    let key: string;
    before(async () => {
      cert = inFolder('cert.pem');
      key = inFolder('key.pem');
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
      const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
      await promisify(execFile)('openssl', [
        'req',
        '-x509',
        ...curve,
        ...subject,
        '-keyout',
        key,
        '-out',
        cert,
      ]);
    });

    it('serves HTTPS with the certificate, also on a non-loopback address', async () => {
      for (const host of ['127.0.0.1', '::ffff:127.0.0.1']) {
        const server = await serving('--data', data, '--host', host, '--tls-cert', cert, '--tls-key', key);
        assert.match(server.url, /^https:/);
        const agent = new Agent({ ca: await readFile(cert) });
        const [response] = await once(
          get(`https://127.0.0.1:${new URL(server.url).port}/healthz`, { agent }),
          'response',
        );
        assert.equal(response.statusCode, 200);
        assert.deepEqual(JSON.parse(await text(response)), { status: 'ok' });
        agent.destroy();
        assert.equal((await server.stop()).code, 0);
      }
    });

    it('reloads the certificate on SIGHUP, and keeps the old one if the new one is invalid', async () => {
      const [ownCert, ownKey] = [inFolder('renewed.pem'), inFolder('renewed-key.pem')];
      await Promise.all([copyFile(cert, ownCert), copyFile(key, ownKey)]);
      const server = await serving('--data', data, '--tls-cert', ownCert, '--tls-key', ownKey);
      const hangup = async (event: string) => {
        server.signal('SIGHUP');
        return logged(server, event);
      };
      await hangup('certificate_renewed');
      await writeFile(ownCert, 'half written');
      const told = await hangup('certificate_not_renewed');
      assert.match(String(told['error']), /renewed\.pem .* cannot be used for TLS/);
      const agent = new Agent({ ca: await readFile(cert) });
      const [response] = await once(get(`${server.url}/healthz`, { agent }), 'response');
      assert.equal(response.statusCode, 200);
      agent.destroy();
    });

    it('requires both the certificate and its key', async () => {
      for (const option of [
        ['--tls-cert', cert],
        ['--tls-key', key],
      ]) {
        const { code, stderr } = await inProcess(['serve', '--data', data, ...option]);
        assert.equal(code, 2);
        assert.match(stderr, /TLS needs both --tls-cert and --tls-key/);
      }
    });

    it('names a file that it cannot read or use', async () => {
      const absent = ['--tls-cert', inFolder('absent.pem'), '--tls-key', key];
      const missing = await inProcess(['serve', '--data', data, ...absent]);
      assert.equal(missing.code, 4);
      assert.match(missing.stderr, /absent\.pem cannot be read: there is no such file/);
      const swapped = await promptforge(['serve', '--data', data, '--tls-cert', key, '--tls-key', cert]);
      assert.equal(swapped.code, 4);
      assert.match(swapped.stderr, /cannot be used for TLS/);
      assert.doesNotMatch(swapped.stderr, /PRIVATE KEY-----/);
    });
  });

  it('reports a port that is in use, with an exit code', async () => {
    const first = await serving('--data', data);
    const { port } = new URL(first.url);
    const { code, stdout, stderr } = await promptforge(['serve', '--data', data, '--port', port]);
    assert.equal(code, 4);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      new RegExp(`^promptforge: Cannot listen on 127.0.0.1:${port}: the port is in use: choose another`),
    );
    assert.equal((await fetch(`${first.url}/healthz`)).status, 200);
  });

  it('reports an address that this machine does not have', async () => {
    const args = ['serve', '--data', data, '--port', '0', '--behind-proxy', '--host', '203.0.113.7'];
    const { code, stderr } = await promptforge(args);
    assert.equal(code, 4);
    assert.match(stderr, /Cannot listen on 203\.0\.113\.7:0: this machine has no such address/);
  });

  describe('refuses a data folder', () => {
    const refused = async (
      folder: string,
      said: RegExp,
      run: (args: readonly string[]) => Promise<Outcome> = inProcess,
    ) => {
      const { code, stdout, stderr } = await run(['serve', '--port', '0', '--data', folder]);
      assert.match(stderr, said);
      assert.equal(code, 4);
      assert.equal(stdout, '');
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
      assert.doesNotMatch(stderr, /\bat .*:\d+:\d+\)?$/m);
    };

    it('that cannot be created', async () => {
      await writeFile(data, 'a file');
      await refused(data, /^promptforge: The data folder .* cannot be made/);
      await refused(
        `${data}/below`,
        /^promptforge: The data folder .* cannot be made: a part of its path is a file/,
      );
    });

    it('below a path that cannot contain folders', async () => {
      const said = /^promptforge: The data folder .* cannot be made: /;
      await symlink(`${data}-nowhere`, data, 'junction');
      await refused(`${data}/below`, said);
      if (process.platform === 'linux') await refused('/proc/nope', said);
    });

    it('that cannot be written', async function () {
      if (!(await canHoldToFileRights())) this.skip();
      await mkdir(data, { mode: 0o555 });
      const said =
        /^promptforge: .* cannot be read and written: permission denied\. Change who may write there/;
      const held = (args: readonly string[]) => promptforge(args, { heldToFileRights: true });
      await refused(data, said, held);
      await chmod(data, 0o755);
      await newKey(data, 'development', 'admin');
      await chmod(`${data}/registry.db`, 0o444);
      await chmod(data, 0o555);
      await refused(data, said, held);
      await chmod(data, 0o755);
    });

    it('whose database is another file', async () => {
      await mkdir(data, { mode: 0o700 });
      const file = `${data}/registry.db`;
      await writeFile(file, 'Dear diary, this is no database at all. '.repeat(200), { mode: 0o600 });
      await refused(data, /^promptforge: .*registry\.db is not a PromptForge registry/);
      assert.match(await readFile(file, 'utf8'), /^Dear diary/, 'it is left as it was');
    });

    it('of a newer PromptForge', async () => {
      await newKey(data, 'development', 'admin');
      change(data, "INSERT INTO schema_versions VALUES (9999, '2030-01-01T00:00:00.000Z')");
      await refused(
        data,
        /^promptforge: .+registry\.db: This registry's data was written by a newer PromptForge \(schema 9999/,
      );
    });

    it('whose log was changed', async () => {
      await newKey(data, 'development', 'admin');
      change(data, "DROP TRIGGER events_no_update; UPDATE events SET actor = 'somebody else' WHERE seq = 2");
      await refused(
        data,
        /^promptforge: .+registry\.db: The registry's log is broken: Event 2 does not have the hash it claims/,
        promptforge,
      );
    });
  });

  it('protects its data folder from other users of the machine', async function () {
    if (process.platform === 'win32') this.skip();
    await serving('--data', data);
    assert.equal((await stat(data)).mode & 0o077, 0);
  });
});

async function publish(url: string, key: string): Promise<void> {
  const body = { source: SOURCE, message: 'First version', base: null };
  const published = await call(`${url}/v1/prompts/support/assistant/-/versions`, key, body);
  assert.equal(published.status, 201, published.text);
}

/** Changes the database by other means than PromptForge. */
function change(data: string, sql: string): void {
  const database = new DatabaseSync(`${data}/registry.db`);
  database.exec(sql);
  database.close();
}

/** The entry of the log with this event, once it is there. */
function logged(server: Serving, event: string): Promise<Record<string, unknown>> {
  return eventually(`"${event}" in the log`, () => server.log().find(entry => entry['event'] === event));
}

/** Milliseconds between two entries of a log. */
function between(one: Record<string, unknown>, other: Record<string, unknown>): number {
  return Date.parse(String(other['at'])) - Date.parse(String(one['at']));
}

/** More requests than a key may make at a stretch, however slow the machine is. */
function atOnce<T>(request: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: 20 }, request));
}

async function refusesConnections(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined); // also one that comes after it was connected
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
    return true;
  } finally {
    socket.destroy();
  }
}
