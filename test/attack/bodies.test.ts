/** Bodies of requests that are held back, too long, or cut into tiny pieces: what they take, and what their senders are told. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { maxBodyBytes, shownBytes } from '../../src/contract/body-limits.ts';
import { pathOf, ROUTES, type RouteName } from '../../src/contract/routes.ts';
import { bodyBudget } from '../../src/registry/http/body-budget.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, type Json, type RegistryForTest } from '../registry/a-registry.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const PUBLISH = '/v1/prompts/p/-/versions';
const PARAMETERS = { name: 'p', n: 1, id: 'x', environment: 'development' };
const WITH_BODY = (Object.keys(ROUTES) as RouteName[]).filter(route => 'body' in ROUTES[route]);

for (const workers of [0, 1])
  describe(`request bodies, with ${workers} delivery threads,`, () => {
    let registry: RegistryForTest;
    const open: Socket[] = [];
    before(async () => {
      registry = await aRegistry({ workers });
      await registry.publish('p', 'Hello', null);
    });
    afterEach(() => {
      for (const socket of open.splice(0)) socket.destroy();
    });
    after(() => registry.close());

    /** A request whose body the test sends itself, and all that comes back. */
    async function begin(path: string, headers: object, method = 'POST', as = 'development admin') {
      const [environment = '', role, actor] = as.split(' ');
      const authorization = `Bearer ${await registry.key(environment, role as 'admin', actor)}`;
      const { port } = new URL(registry.url);
      const socket = connect(Number(port), '127.0.0.1');
      open.push(socket);
      let received = '';
      socket.on('data', chunk => {
        received += chunk;
      });
      socket.on('error', () => {});
      const ended = new Promise<void>(resolve => socket.once('close', () => resolve()));
      const lines = Object.entries({
        host: 'a',
        authorization,
        'content-type': 'application/json',
        ...headers,
      }).map(([name, value]) => `${name}: ${value}`);
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      return {
        socket,
        ended,
        write: (bytes: Buffer | string) => new Promise<void>(done => socket.write(bytes, () => done())),
        answer: () =>
          eventually('an answer', () => {
            const [head = '', body] = received.split('\r\n\r\n', 2);
            const length = /content-length: (\d+)/.exec(head)?.[1];
            if (body === undefined || length === undefined || body.length < Number(length)) return undefined;
            return { status: Number(head.slice(9, 12)), head, json: JSON.parse(body) as Json };
          }),
      };
    }

    it('have a documented limit in every call, checked before the body is read', async () => {
      const { json: document } = await registry.call('GET', '/openapi.json');
      for (const route of WITH_BODY) {
        const { method, path } = ROUTES[route];
        const length = maxBodyBytes(route) + 1;
        const asked = await begin(pathOf({ path }, PARAMETERS), { 'content-length': length }, method);
        const { status, json } = await asked.answer();
        assert.deepEqual([route, status, json.code], [route, 413, 'too_large']);
        const limit = shownBytes(maxBodyBytes(route));
        assert.equal(json.detail, `The body of this call has at most ${limit}. Send less.`);
        const described = document.paths[path][method.toLowerCase()].description;
        assert.match(described, new RegExp(`The body has at most ${limit} \\(413\\)\\.`));
      }
    });

    it('are not read beyond their limit, and their senders get the answer', async () => {
      for (const headers of [{ 'content-length': 2 ** 40 }, { 'transfer-encoding': 'chunked' }]) {
        const asked = await begin('/v1/prompts/p/-/render', headers);
        const block = Buffer.alloc(MIB, 'x');
        let sent = 0;
        // Without end: only the server can end it.
        const sending = (async () => {
          while (!asked.socket.destroyed) {
            if ('transfer-encoding' in headers) asked.socket.write(`${MIB.toString(16)}\r\n`);
            const done = asked.write(
              'transfer-encoding' in headers ? Buffer.concat([block, Buffer.from('\r\n')]) : block,
            );
            await Promise.race([done, asked.ended]);
            sent += MIB;
          }
        })();
        const { status, head } = await asked.answer();
        assert.equal(status, 413);
        assert.match(head, /connection: close/i);
        await asked.ended;
        await sending;
        assert.ok(sent < 64 * MIB, `${sent / MIB} MiB were taken`);
      }
    });

    it('that no call takes are not read either, nor are those of unknown callers', async () => {
      const headers = { 'content-length': 2 ** 40 };
      const places = [
        ['GET', '/v1/prompts/p?channel=latest'],
        ['GET', '/healthz'],
        ['POST', '/nowhere'],
        ['POST', '/v1/prompts/../x'],
      ] as const;
      for (const [method, path] of places) {
        const asked = await begin(path, headers, method);
        await eventually('the connection to end', async () => {
          await Promise.race([asked.write(Buffer.alloc(MIB)), asked.ended]);
          return asked.socket.destroyed;
        });
        assert.ok(asked.socket.bytesRead > 0, path);
        assert.ok(asked.socket.bytesWritten - asked.socket.writableLength < 64 * MIB, path);
      }
      const stranger = await begin(PUBLISH, { ...headers, authorization: 'Bearer pf_x' });
      assert.equal((await stranger.answer()).status, 401);
      await eventually('the connection to end', async () => {
        await Promise.race([stranger.write(Buffer.alloc(MIB)), stranger.ended]);
        return stranger.socket.destroyed;
      });
    });

    it('that are short leave their connection open, refused or not', async () => {
      const asked = await begin('/v1/prompts/none/-/versions', {
        'content-length': 2,
        authorization: 'Bearer pf_x',
      });
      assert.equal((await asked.answer()).status, 401);
      await asked.write('{}');
      await asked.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n');
      await eventually('the second answer', () => asked.socket.bytesRead > 1000 || undefined);
      assert.equal(asked.socket.destroyed, false);
    });

    it('that never end use only the share of their key, and nothing of other keys', async () => {
      const held = await Promise.all(
        Array.from({ length: 20 }, () =>
          begin(PUBLISH, { 'content-length': 8 * MIB }, 'POST', 'development author hoarder'),
        ),
      );
      for (const each of held) void each.write(Buffer.alloc(2 * MIB, ' '));
      const refused = await eventually('a refusal', async () => {
        const answered = held.filter(({ socket }) => socket.bytesRead > 0);
        return answered.length >= 10 ? answered : undefined;
      });
      for (const each of refused) {
        const { status, head, json } = await each.answer();
        assert.deepEqual([status, json.code], [429, 'queue_full']);
        assert.match(
          json.detail,
          /bodies take 16 MiB, all that one key may have\. Nothing was changed; wait 1 s/,
        );
        assert.match(head, /retry-after: 1/i);
      }
      await registry.publish('beside', 'Another', null);
      for (const { socket } of held) socket.destroy();
      await eventually('what was held to be given back', async () => {
        const body = { source: 'x'.repeat(900_000), message: '', base: null };
        const { status } = await registry.call('POST', '/v1/prompts/after/-/versions', body, {
          as: 'development author hoarder',
        });
        return status < 300;
      });
    });

    it('use as much memory as they have bytes, however many chunks they come in', async () => {
      const asked = await begin(PUBLISH, { 'transfer-encoding': 'chunked' });
      const text = JSON.stringify({ source: 'Hello again', message: 'In pieces', base: 1 }).padEnd(50_000);
      for (let at = 0; at < text.length; at += 1000)
        await asked.write([...text.slice(at, at + 1000)].map(each => `1\r\n${each}\r\n`).join(''));
      await asked.write('0\r\n\r\n');
      assert.equal((await asked.answer()).status, 201);
    });
  });

describe('the memory budget of bodies', () => {
  it('counts per key and in total, and releases what was used', () => {
    const budget = bodyBudget({ perKey: 100 * KIB, total: 250 * KIB, short: 10 * KIB });
    const claims = ['a', 'b', 'c', 'd'].map(key => budget.claim(key));
    for (const claim of claims.slice(0, 2)) claim.take(100 * KIB);
    assert.throws(() => claims[0]?.take(1), { code: 'queue_full' });
    claims[2]?.take(50 * KIB);
    claims[2]?.take(KIB);
    assert.throws(() => claims[2]?.take(20 * KIB), { code: 'unavailable' });
    claims[3]?.take(9 * KIB);
    assert.throws(() => claims[3]?.take(KIB), { code: 'unavailable' });
    assert.equal(budget.held, 260 * KIB);
    for (const claim of claims) claim.release();
    claims[0]?.release();
    assert.equal(budget.held, 0);
    claims[0]?.take(100 * KIB);
    assert.equal(budget.held, 100 * KIB);
  });
});
