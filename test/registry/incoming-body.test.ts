/** A request's body in memory: gathered as it comes, and given back at once when nobody needs it any more. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bytesOf, freeBody } from '../../src/registry/serving/incoming-body.ts';

const MIB = 1024 * 1024;
const LIMIT = 8 * MIB;

describe('the body of a request', () => {
  const server = createServer();
  before(done => void server.listen(0, '127.0.0.1', done));
  after(done => {
    server.closeAllConnections();
    server.close(done);
  });

  /** What the server makes of a body that comes in these parts. */
  async function read<T>(
    parts: readonly Buffer[],
    by: (incoming: IncomingMessage) => Promise<T>,
  ): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<Promise<T>>();
    server.once('request', (incoming, outgoing) => {
      const made = by(incoming);
      resolve(made);
      made.catch(() => {}).finally(() => outgoing.end());
    });
    const { port } = server.address() as AddressInfo;
    const asking = request({ port, host: '127.0.0.1', method: 'POST', agent: false }, response =>
      response.resume(),
    );
    asking.on('error', () => {});
    for (const part of parts) asking.write(part);
    asking.end();
    return promise;
  }

  for (const bytes of [0, 1, 16 * 1024, 256 * 1024, 256 * 1024 + 1, 3 * MIB, LIMIT])
    it(`of ${bytes} bytes arrives unchanged`, async () => {
      const parts = Array.from({ length: Math.ceil(bytes / 50_000) }, (_, part) =>
        Buffer.alloc(Math.min(50_000, bytes - part * 50_000), part % 251),
      );
      const taken: number[] = [];
      const body = await read(parts, incoming =>
        bytesOf(incoming, { limit: LIMIT, take: n => void taken.push(n) }),
      );
      assert.ok(Buffer.concat(parts).equals(body));
      assert.ok(taken.reduce((sum, each) => sum + each, 0) >= bytes);
    });

  it('uses no more memory once it is released', async () => {
    const parts = [Buffer.alloc(3 * MIB, 'x')];
    const body = await read(parts, incoming => bytesOf(incoming, { limit: LIMIT, take: () => {} }));
    assert.equal(body.byteLength, 3 * MIB);
    freeBody(body);
    assert.equal(body.buffer.byteLength, 0);
  });

  it('is refused when it is too long or there is no room for it', async () => {
    const long = [Buffer.alloc(LIMIT + 1)];
    await assert.rejects(
      read(long, incoming => bytesOf(incoming, { limit: LIMIT, take: () => {} })),
      { code: 'too_large' },
    );
    const full = new Error('There is no room.');
    const take = (bytes: number) => {
      if (bytes > MIB) throw full;
    };
    await assert.rejects(
      read([Buffer.alloc(4 * MIB)], incoming => bytesOf(incoming, { limit: LIMIT, take })),
      full,
    );
  });
});
