/** The rule: whatever is sent with a kept head is, but for its date, byte for byte what Node itself would send. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import type { HttpResponse } from '../../src/registry/http/http-response.ts';
import { keptHeads } from '../../src/registry/serving/kept-heads.ts';
import { sender } from '../../src/registry/serving/send.ts';
import { runs } from '../runs.ts';

const DATE = /\r\nDate: ([^\r]*)/g;

async function listening(listener: RequestListener): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 65_000, optimizeEmptyRequests: true }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** All that one connection is sent for these requests, which it sends at once. */
async function received(server: Server, requests: readonly string[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  // The last one ends the connection.
  const last = 'GET /0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  socket.end(`${requests.join('')}${last}`);
  return text(socket.setEncoding('latin1'));
}

/** As `sender` sends, without anything that is kept. */
function sentByNode(answers: readonly HttpResponse[]): RequestListener {
  return (incoming, outgoing) => {
    const {
      status,
      headers,
      body,
      encoding = 'utf8',
    } = answers[Number(incoming.url?.slice(1))] as HttpResponse;
    const fields = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
    outgoing.writeHead(status, fields);
    if (incoming.method === 'HEAD' || body === null) outgoing.end();
    else outgoing.end(body as string | Buffer, encoding);
  };
}

function sentByUs(answers: readonly HttpResponse[]): RequestListener {
  const send = sender({});
  return (incoming, outgoing) =>
    send(incoming, outgoing, answers[Number(incoming.url?.slice(1))] as HttpResponse);
}

describe('cached response heads', () => {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', ETag: '"sha256:abc"', Vary: 'Accept' };
  const whole = (body: string | Buffer, more: object = {}): HttpResponse => ({
    status: 200,
    headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
    body,
    ...more,
  });
  const answers: readonly HttpResponse[] = [
    whole('A text.', { encoding: 'latin1' }),
    whole('Žluťoučký kůň 🐎'),
    whole(Buffer.from('A text.'.repeat(5000))),
    { status: 304, headers, body: null },
    { status: 200, headers, body: null },
    { ...whole('{"code":"unknown"}'), status: 404 },
    whole('An odd text\r\nDate: today\r\n\r\n', { encoding: 'latin1' }),
  ];

  it('equal those that Node writes, for any requests on one connection', async () => {
    const kind = fc.record({
      answer: fc.nat(answers.length - 1),
      method: fc.constantFrom('GET', 'HEAD'),
      version: fc.constantFrom('1.1', '1.1', '1.1', '1.0'),
    });
    await using node = await listening(sentByNode(answers));
    await using ours = await listening(sentByUs(answers));
    await fc.assert(
      fc.asyncProperty(fc.array(kind, { minLength: 3, maxLength: 30 }), async kinds => {
        const requests = kinds.map(
          ({ answer, method, version }) =>
            `${method} /${answer} HTTP/${version}\r\nHost: x\r\n${version === '1.0' ? 'Connection: keep-alive\r\n' : ''}\r\n`,
        );
        const [expected, actual] = await Promise.all([received(node, requests), received(ours, requests)]);
        assert.equal(actual.replace(DATE, ''), expected.replace(DATE, ''));
        assert.equal(actual.match(DATE)?.length, expected.match(DATE)?.length);
      }),
      { numRuns: runs(200, 40) },
    );
  });

  it('have the date of the current response, not of the one they were made for', async () => {
    let now = Date.UTC(2026, 0, 1);
    const heads = keptHeads(() => now);
    const [answer] = answers as [HttpResponse];
    let made = 0;
    await using server = await listening((incoming, outgoing) => {
      if (!heads.write(incoming, outgoing, answer)) {
        made++;
        outgoing.writeHead(200, { 'content-length': 7 });
        heads.keep(incoming, outgoing, answer);
      }
      outgoing.end('A text.');
      now += 700;
    });
    const request = 'GET /0 HTTP/1.1\r\nHost: x\r\n\r\n';
    const dates = [...(await received(server, [request, request, request])).matchAll(DATE)].map(m => m[1]);
    assert.deepEqual(dates.slice(1, 3), ['Thu, 01 Jan 2026 00:00:00 GMT', 'Thu, 01 Jan 2026 00:00:01 GMT']);
    assert.equal(made, 2, 'the first, and the last, after which the connection is closed');
  });

  it('are not used on a Node without the internal field', async () => {
    const heads = keptHeads();
    const [answer] = answers as [HttpResponse];
    const incoming = { httpVersionMajor: 1, httpVersionMinor: 1 } as Parameters<typeof heads.keep>[0];
    const outgoing = { shouldKeepAlive: true } as Parameters<typeof heads.keep>[1];
    heads.keep(incoming, outgoing, answer);
    assert.equal(heads.write(incoming, outgoing, answer), false);
  });
});
