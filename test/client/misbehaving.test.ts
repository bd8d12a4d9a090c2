import assert from 'node:assert/strict';
import { freePort } from '../../scripts/host/freePort.ts';
import { RegistryUnreachable, type UnreachableReason } from '../../src/client/unreachable.ts';
import { STABLE } from '../../src/core/channel.ts';
import { digestOf } from '../../src/core/digest.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { aClient, DEVELOPMENT, KEY } from './a-client.ts';
import {
  type Behavior,
  cutsTheBody,
  drops,
  foreign,
  json,
  type MisbehavingServer,
  misbehavingServer,
  neverAnswers,
  problem,
} from './misbehaving-server.ts';

const OK = json({ status: 'ok' });
const triage = parsePromptName('support/triage');
const one = parseVersionNumber(1);
const source = 'Hello {{name}}';
const version = {
  prompt: triage,
  version: 1,
  digest: digestOf(source),
  base: null,
  message: 'first',
  author: 'mara',
  publishedAt: '2026-11-01T10:00:00.000Z',
  bytes: source.length,
  partials: {},
  source,
};

/** The rejection's reason, its message checked to name the URL and to hold no key. */
async function refused(asked: Promise<unknown>, reason: UnreachableReason, message?: RegExp): Promise<Error> {
  let error: unknown;
  try {
    await asked;
  } catch (caught) {
    error = caught;
  }
  assert.ok(RegistryUnreachable.is(error), `expected ${reason}, got ${String(error)}`);
  assert.equal(error.reason, reason, error.message);
  assert.ok(error.message.includes(error.url));
  assert.ok(!error.message.includes(KEY));
  if (message !== undefined) assert.match(error.message, message);
  return error;
}

/** A call of a server that behaves so is given up in time, and made once; the time is longer where the machine is slow. */
async function timesOut(behavior: Behavior): Promise<void> {
  for (let timeoutMs = 100; ; timeoutMs *= 2) {
    await using server = await misbehavingServer(behavior);
    const inTime = new RegExp(`within ${String(timeoutMs / 1000).replace('.', '\\.')} s`);
    await refused(aClient(server.url, { timeoutMs }).health(), 'timeout', inTime);
    if (server.seen.length === 0) continue;
    assert.equal(server.seen.length, 1);
    return;
  }
}

describe('a client of a misbehaving server', () => {
  describe('repeats a repeatable call', () => {
    it('if the body is cut off', async () => {
      await using server = await misbehavingServer(cutsTheBody, OK);
      await aClient(server.url).health();
      assert.equal(server.seen.length, 2);
    });

    it('if the connection drops', async () => {
      await using server = await misbehavingServer(drops, drops, OK);
      await aClient(server.url).health();
      assert.equal(server.seen.length, 3);
    });

    for (const status of [429, 502, 503, 504]) {
      it(`on ${status}`, async () => {
        await using server = await misbehavingServer(foreign(status), OK);
        await aClient(server.url).health();
        assert.equal(server.seen.length, 2);
      });
    }

    it('after the seconds in Retry-After, not sooner', async () => {
      const slow = problem({ code: 'rate_limited', detail: 'Wait.' }, 429, { 'retry-after': '1' });
      await using server = await misbehavingServer(slow, OK);
      const start = performance.now();
      await aClient(server.url).health();
      assert.ok(performance.now() - start >= 950);
      assert.equal(server.seen.length, 2);
    });

    it('after the date in Retry-After', async () => {
      const at = Math.ceil(Date.now() / 1000) * 1000 + 1000;
      const slow = foreign(503, { 'retry-after': new Date(at).toUTCString() });
      await using server = await misbehavingServer(slow, OK);
      await aClient(server.url).health();
      assert.ok(Date.now() >= at - 50);
      assert.equal(server.seen.length, 2);
    });

    it('only a few times', async () => {
      await using server = await misbehavingServer(foreign(503));
      await refused(aClient(server.url).health(), 'unavailable', /503.*Try again/);
      assert.equal(server.seen.length, 4);
    });

    it('with the same Idempotency-Key for a publication, and another for the next one', async () => {
      await using server = await misbehavingServer(drops, foreign(502), json(version, 201));
      const client = aClient(server.url);
      const request = { source, message: 'first', base: null };
      const published = await client.publish(triage, request);
      assert.equal(published.created, true);
      await client.publish(triage, request);
      const keys = server.seen.map(({ headers }) => headers['idempotency-key']);
      assert.equal(keys.length, 4);
      assert.equal(new Set(keys.slice(0, 3)).size, 1);
      assert.notEqual(keys[3], keys[0]);
      assert.deepEqual(
        server.seen.map(({ body }) => JSON.parse(body)),
        Array(4).fill(request),
      );
    });
  });

  it('does not wait for a long Retry-After, and reports the time', async () => {
    const wait = problem({ code: 'rate_limited', detail: 'Too many requests: wait 3600 s.' }, 429, {
      'retry-after': '3600',
    });
    await using server = await misbehavingServer(wait);
    await assert.rejects(aClient(server.url).health(), error => {
      assert.ok(Problem.is(error, 'rate_limited'));
      assert.match(error.message, /3600 s/);
      return true;
    });
    assert.equal(server.seen.length, 1);
  });

  it('names the id of a failed request, so that the operator finds it in the log', async () => {
    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    const said = async (code: string, status: number, requestId: string): Promise<string> => {
      const answer = problem({ code, detail: 'It failed.' }, status, { 'request-id': requestId });
      await using server = await misbehavingServer(answer);
      const error = await aClient(server.url)
        .currentKey()
        .catch(caught => caught);
      assert.ok(Problem.is(error), String(error));
      return error.message;
    };
    assert.equal(await said('internal_error', 500, id), `It failed. (request ${id})`);
    assert.equal(await said('internal_error', 500, 'no id <b>'), 'It failed.');
    assert.equal(await said('prompt_not_found', 404, id), 'It failed.');
  });

  it('does not repeat a call that would then be carried out twice', async () => {
    await using server = await misbehavingServer(drops);
    const asked = aClient(server.url).createKey({
      environment: DEVELOPMENT,
      role: 'reader',
      actor: 'checkout',
      expiresAt: null,
    });
    await refused(asked, 'cut_off', /may have done it anyway/);
    assert.equal(server.seen.length, 1);
  });

  it('reports that a change may have been carried out if its answer is cut off', async () => {
    await using server = await misbehavingServer(cutsTheBody);
    const asked = aClient(server.url, { retry: { retries: 0 } }).archive(triage, 'old');
    await refused(asked, 'cut_off', /may have done it anyway/);
  });

  it('gives up a call that hangs, without repeating it', async () => {
    await timesOut(neverAnswers);
  });

  it('gives up a body that never ends', async () => {
    await timesOut((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'promptforge-api': '1' });
      response.write('{"status":');
    });
  });

  it('stops during a request if it is canceled', async () => {
    const abort = new AbortController();
    await using server = await misbehavingServer(() => abort.abort());
    await refused(aClient(server.url).health(abort.signal), 'cancelled');
    assert.equal(server.seen.length, 1);
  });

  it('stops waiting for a retry if it is canceled', async () => {
    const abort = new AbortController();
    await using server = await misbehavingServer((request, response) => {
      foreign(503, { 'retry-after': '3600' })(request, response);
      response.once('close', () => setTimeout(() => abort.abort(), 50));
    });
    const retry = { maxRetryAfterMs: 2 * 3_600_000 };
    await refused(aClient(server.url, { retry }).health(abort.signal), 'cancelled');
    assert.equal(server.seen.length, 1);
  });

  it('sends nothing if it was canceled before', async () => {
    await using server = await misbehavingServer(OK);
    await refused(aClient(server.url).health(AbortSignal.abort()), 'cancelled');
    assert.equal(server.seen.length, 0);
  });

  it('does not mistake a login page for a registry', async () => {
    const page = '<!doctype html><title>Sign in</title>';
    await using server = await misbehavingServer(foreign(200, { 'content-type': 'text/html' }, page));
    await refused(aClient(server.url).currentKey(), 'not_a_registry', /HTML page.*login page/s);
  });

  it('does not mistake another JSON API for a registry', async () => {
    await using server = await misbehavingServer(
      foreign(200, { 'content-type': 'application/json' }, '{"ok":true}'),
    );
    await refused(aClient(server.url).currentKey(), 'not_a_registry');
  });

  it('does not mistake a server without HTTP for a registry', async () => {
    const { createServer } = await import('node:net');
    const server = createServer(socket => socket.end('220 mail.example.com ESMTP\r\n'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await refused(
      aClient(`http://127.0.0.1:${port}`).health(),
      'not_a_registry',
      /does not speak HTTP\. Check the URL/,
    ).finally(() => server.close());
  });

  it('reports that no server is listening', async () => {
    await refused(
      aClient(`http://127.0.0.1:${await freePort()}`).health(),
      'offline',
      /cannot be reached: nothing listens there \(ECONNREFUSED\)\./,
    );
    await refused(
      aClient('http://127.0.0.1:1').health(),
      'offline',
      /cannot be reached: fetch refuses this port\./,
    );
  });

  it('reports that a change never arrived only if there was no connection', async () => {
    const promote = (url: string, retries: number) =>
      aClient(url, { retry: { retries, firstDelayMs: 1 } }).promote(triage, {
        environment: DEVELOPMENT,
        channel: STABLE,
        version: one,
        reason: 'Ready',
        expected: null,
      });
    await assert.rejects(
      promote(`http://127.0.0.1:${await freePort()}`, 2),
      error =>
        RegistryUnreachable.is(error, 'offline') &&
        error.neverArrived &&
        / Nothing was changed\. Check the network/.test(error.message),
    );
    // The first attempt is cut off after it arrived, the next finds nobody.
    const dying: MisbehavingServer = await misbehavingServer((_, response) => {
      response.socket?.destroy();
      void dying[Symbol.asyncDispose]();
    });
    await assert.rejects(
      promote(dying.url, 3),
      error =>
        RegistryUnreachable.is(error) && !error.neverArrived && !/Nothing was changed/.test(error.message),
    );
  });

  it('reports an invalid certificate or a server without TLS', async () => {
    await using server = await misbehavingServer(OK);
    await refused(
      aClient(server.url.replace('http:', 'https:')).health(),
      'tls',
      /: what answers there does not speak TLS \([A-Z_]+\)\./,
    );
  });

  it('distinguishes an older registry from a newer one', async () => {
    const list = JSON.stringify({ data: [], nextCursor: null });
    await using older = await misbehavingServer(foreign(200, { 'content-type': 'application/json' }, list));
    await refused(aClient(older.url).listKeys(), 'older_api', /Update the registry/);
    await using newer = await misbehavingServer(json({}, 200, { 'promptforge-api': '2' }));
    await refused(aClient(newer.url).health(), 'newer_api', /version 2.*Update PromptForge/);
    await using odd = await misbehavingServer(json({}, 200, { 'promptforge-api': 'x' }));
    await refused(aClient(odd.url).health(), 'not_a_registry');
  });

  it('names an invalid field', async () => {
    await using server = await misbehavingServer(json({ ...version, publishedAt: 'yesterday' }));
    await refused(aClient(server.url).getVersion(triage, one), 'wrong_shape', /"publishedAt"/);
  });

  it('refuses invalid JSON, another media type and an unknown success status', async () => {
    await using broken = await misbehavingServer((_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'promptforge-api': '1' })
        .end('{"status":'),
    );
    await refused(aClient(broken.url).health(), 'wrong_shape', /expected JSON/);
    await using text = await misbehavingServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain', 'promptforge-api': '1' }).end('ok'),
    );
    await refused(aClient(text.url).health(), 'wrong_shape', /expected application\/json, got "text\/plain"/);
    await using empty = await misbehavingServer(foreign(204, { 'promptforge-api': '1' }));
    await refused(aClient(empty.url).health(), 'wrong_shape', /status 204/);
  });

  it('refuses another version than the requested one', async () => {
    await using server = await misbehavingServer(json({ ...version, version: 2 }));
    await refused(aClient(server.url).getVersion(triage, one), 'wrong_shape', /version 2/);
  });

  it('refuses a source that does not match its digest', async () => {
    await using server = await misbehavingServer(json({ ...version, source: 'Hello {{name}}!' }));
    await refused(aClient(server.url).getVersion(triage, one), 'digest_mismatch', /support\/triage@1/);
  });

  it('refuses a batch with a version that was not requested', async () => {
    await using server = await misbehavingServer(json({ data: [version], missing: [] }));
    await refused(aClient(server.url).batch(['support/triage@2']), 'wrong_shape', /not asked for/);
  });

  it('stops following a list whose pages never end', async () => {
    await using server = await misbehavingServer(json({ data: [], nextCursor: 'again' }));
    await refused(aClient(server.url).allPrompts(), 'wrong_shape', /never end/);
    assert.equal(server.seen.length, 2);
  });

  it('holds no more of an answer than its limit, with or without Content-Length', async () => {
    const big = JSON.stringify({ status: 'ok', filler: 'x'.repeat(100_000) });
    await using announced = await misbehavingServer(json(JSON.parse(big)));
    const options = { maxAnswerBytes: 10_000 };
    await refused(aClient(announced.url, options).health(), 'answer_too_large');
    await using streamed = await misbehavingServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'promptforge-api': '1' });
      response.write(big.slice(0, 50_000));
      response.end(big.slice(50_000));
    });
    await refused(aClient(streamed.url, options).health(), 'answer_too_large');
  });

  it('converts a problem of the registry, with its details', async () => {
    const document = {
      code: 'base_outdated',
      detail: 'Version 3 is newer.',
      newest: { version: 3, digest: digestOf('x') },
    };
    await using server = await misbehavingServer(problem(document, 409));
    const asked = aClient(server.url).publish(triage, { source, message: '', base: one });
    await assert.rejects(asked, error => {
      assert.ok(Problem.is(error, 'base_outdated'));
      assert.equal(error.message, 'Version 3 is newer.');
      assert.deepEqual(error.details, { newest: document.newest });
      return true;
    });
  });

  it('reports an unknown problem code', async () => {
    await using server = await misbehavingServer(problem({ code: 'teapot', detail: 'x' }, 418));
    await refused(aClient(server.url).health(), 'wrong_shape', /"code"/);
  });

  it('refuses an error that is not a problem document', async () => {
    await using server = await misbehavingServer(
      foreign(404, { 'promptforge-api': '1', 'content-type': 'text/plain' }),
    );
    await refused(aClient(server.url).getVersion(triage, one), 'wrong_shape', /problem\+json.*404/);
  });

  it('names the source that a batch left out', async () => {
    const gone = problem({ code: 'version_not_found', detail: 'There is no support/triage@1.' }, 404);
    await using server = await misbehavingServer(json({ data: [], missing: ['support/triage@1'] }), gone);
    await assert.rejects(aClient(server.url).getSource(version as never), error =>
      Problem.is(error, 'version_not_found'),
    );
  });

  it('refuses a delivery of another prompt', async () => {
    const delivery = {
      name: 'other',
      version: 1,
      reference: 'other@1',
      digest: version.digest,
      environment: 'development',
      channel: 'stable',
      template: 'x',
      metadata: { config: {}, input: { schema: null, default: {} }, ext: {}, raw: {} },
    };
    await using server = await misbehavingServer(json(delivery));
    await refused(aClient(server.url).deliver(triage), 'wrong_shape', /"other"/);
  });

  it('hides a key that a server repeats in a problem', async () => {
    await using server = await misbehavingServer(
      problem({ code: 'key_unknown', detail: `Who is ${KEY}?` }, 401),
    );
    await assert.rejects(aClient(server.url).currentKey(), { message: 'Who is pf_…?' });
  });

  describe('does not send the key', () => {
    it('to the target of any redirect', async () => {
      await using elsewhere = await misbehavingServer(OK);
      for (const status of [301, 302, 303, 307, 308]) {
        const away = foreign(status, { location: `${elsewhere.url}/v1/keys/current?token=secret` });
        await using server = await misbehavingServer(away);
        const error = await refused(aClient(server.url).currentKey(), 'redirected', /not followed/);
        assert.ok(error.message.includes(`to ${elsewhere.url}.`));
        assert.ok(!error.message.includes('secret'));
        assert.equal(server.seen[0]?.headers.authorization, `Bearer ${KEY}`);
      }
      assert.equal(elsewhere.seen.length, 0);
    });

    it('to a redirect within its own origin', async () => {
      await using server = await misbehavingServer(foreign(302, { location: '/login' }), OK);
      await refused(aClient(server.url).currentKey(), 'redirected');
      assert.equal(server.seen.length, 1);
    });

    it('with calls that need none', async () => {
      await using server = await misbehavingServer(OK);
      await aClient(server.url).health();
      assert.equal(server.seen[0]?.headers.authorization, undefined);
    });

    it('in the URL', async () => {
      await using server = await misbehavingServer(problem({ code: 'key_unknown', detail: 'No.' }, 401));
      await assert.rejects(aClient(`${server.url}/team`).currentKey(), Problem);
      assert.equal(server.seen[0]?.path, '/team/v1/keys/current');
    });
  });
});
