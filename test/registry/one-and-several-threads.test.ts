/** Whatever bytes a client sends, a registry whose deliveries have a thread of their own answers as one thread alone does. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { patience } from '../../scripts/host/patience.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { failedKeyLimits } from '../../src/registry/serving/limits.ts';
import { runs } from '../runs.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { aRegistry, type RegistryForTest } from './a-registry.ts';

const METHODS = [
  ...['GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'QUERY', 'PURGE'],
  'get',
];
const STARTS = [
  ...['/v1/prompts/', '/v1/prompts/team/a', '/v1/prompts', '/v1/deliveries', '/v1/', '/', '/healthz', ''],
  ...['http://a/v1/prompts/', 'HTTPS://a/v1/prompts/team/a', 'http://a', 'http:/', '//a/v1/prompts/team/a'],
  ...['http:///v1/prompts/team/a', 'ftp://a/v1/prompts/team/a', '*'],
];
/** What two readers of a target could take for different things. */
const PIECES = [
  ...['/', '//', '/-/', '/-', '-', '%2d', '%2D', '%2f', '%2F', '%2e', '%2E%2e', '.', '..', '/./', '/../'],
  ...['?', '%3f', '#', '%23', ';', '&', '=', '%', '%0', '%00', '%zz', '%ff', '%C3%A4', '\\', '%5c', '*', ':'],
  ...['@', '+', '%20', '|', '{', '"', '<', "'", '~', '%0d%0a', '\u00e4', '\u00ff', 'a', 'team/a', 'TEAM/A'],
  ...['versions', 'versions/1', 'promotions', 'render', 'live', 'history', 'version=1', 'version=01', 'x'],
  ...['channel=stable', 'channel=latest', 'limit=1', 'wait=0', 'v1', 'V1', 'prompts', 'deliveries', 'keys'],
  ...['deliveries/changes', 'changes', 'healthz', 'openapi.json'],
];
const HEADERS = [
  ...['Accept: application/json', 'Accept: text/html', 'Accept: */*, text/plain;q=0', 'ACCEPT:'],
  ...['Accept: application/json\r\nAccept: text/plain', 'Accept-Encoding: gzip', 'If-None-Match: *'],
  ...['If-None-Match: "x"', 'If-None-Match: W/"x", *', 'If-Match: "x"', 'Range: bytes=0-1', 'Host: b'],
  ...['Upgrade: websocket\r\nConnection: upgrade', 'Upgrade: h2c', 'X-HTTP-Method-Override: DELETE'],
  ...[
    'TE: trailers',
    'Expect: 100-continue',
    'Expect: x',
    'Connection: authorization',
    'Keep-Alive: timeout=1',
  ],
  ...['Cookie: a=b', 'Content-Encoding: gzip', 'Content-Type: application/json', 'Content-Type: text/plain'],
  ...[
    'Trailer: x',
    'Proxy-Authorization: x',
    'X: \u00e4',
    'Idempotency-Key: \u00e4',
    `X: ${'x'.repeat(9000)}`,
  ],
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
];
const CHUNKED = '2\r\n{}\r\n0\r\n\r\n';
/**
 * Ways to say where a request ends, each with a body, that two readers could understand differently. Where it is known from
 * the start, the next request is read even if the answer comes before the body does.
 */
const FRAMES: readonly (readonly [frame: string, body: string, ends?: 'known'])[] = [
  ...[1, 2, 3, 4, 5].map(() => ['', '', 'known'] as const),
  ['Content-Length: 0\r\n', '', 'known'],
  ['Content-Length: 2\r\n', '{}', 'known'],
  ['Transfer-Encoding: chunked\r\n', CHUNKED],
  ['Content-Length: 2\r\nContent-Length: 2\r\n', '{}'],
  ['Content-Length: 2, 2\r\n', '{}'],
  ...['Content-Length: +2', 'Content-Length : 2', 'Content-Length: 02'].map(
    line => [`${line}\r\n`, '{}'] as const,
  ),
  ['Transfer-Encoding: identity\r\n', '{}'],
  ...['CHUNKED', 'gzip, chunked', ',chunked', 'chunked, gzip', 'chunked;x=1', '"chunked"', 'x-chunked']
    .concat('chunked\r\nTransfer-Encoding: chunked', 'chunked\r\nContent-Length: 2')
    .map(encoding => [`Transfer-Encoding: ${encoding}\r\n`, CHUNKED] as const),
  ['Transfer-Encoding: chunked\r\n', '2;ext=1\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n'],
  ['Transfer-Encoding: chunked\r\n', '0\r\nContent-Length: 5\r\n\r\n'],
];
/** As many as have a role and spelling of their own. */
const CREDENTIALS = 6;

interface OddRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly as: number;
  readonly headers: readonly string[];
  readonly frame: (typeof FRAMES)[number];
}

describe('one thread and several answer the same', () => {
  let folder: TemporaryFolder;
  let threads: RegistryForTest;
  let alone: RegistryForTest;
  let credentials: readonly string[];
  before(async () => {
    folder = await temporaryFolder();
    const open = async (workers: number) =>
      aRegistry({
        folder: folder.path,
        store: await openDataFolder(folder.path, { environments: defaultEnvironments(0) }),
        workers,
        serving: { limits: { failedKeys: failedKeyLimits(1_000_000) } },
      });
    threads = await open(1);
    alone = await open(0);
    await threads.publish('team/a', 'Hello', null);
    await threads.publish('team/a', 'Hello again', 1);
    await threads.promote('team/a', 1, 'staging');
    const [reader, admin] = [await threads.key('staging', 'reader'), await threads.key('development')];
    credentials = [
      `Authorization: Bearer ${reader}\r\n`,
      `Authorization: Bearer ${admin}\r\n`,
      `Authorization: Bearer ${reader}\r\nAuthorization: Bearer ${admin}\r\n`,
      `authorization: bearer   ${admin}  \r\n`,
      `Authorization: Bearer ${reader.slice(0, -1)}x\r\n`,
      '',
    ];
    assert.equal(credentials.length, CREDENTIALS);
  });
  after(async () => {
    await threads?.close();
    await alone?.close();
    await folder[Symbol.asyncDispose]();
  });

  const target = fc
    .tuple(fc.constantFrom(...STARTS), fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }))
    .map(([start, pieces]) => start + pieces.join(''));
  const parts = {
    method: fc.constantFrom(...METHODS),
    target,
    version: fc.constantFrom('1.1', '1.1', '1.1', '1.0'),
    as: fc.nat(CREDENTIALS - 1),
    headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 4 }),
    frame: fc.constantFrom(...FRAMES),
  };
  const bytesOf = ({ method, target, version, as, headers, frame: [frame, body] }: OddRequest, last = true) =>
    [
      `${method} ${target} HTTP/${version}\r\nHost: a\r\n${credentials[as]}`,
      ...headers.map(one => `${one}\r\n`),
      `${frame}${last ? 'Connection: close\r\n' : ''}\r\n${body}`,
    ].join('');

  async function assertSame(bytes: string): Promise<void> {
    const [one, other] = await Promise.all([answersTo(threads.url, bytes), answersTo(alone.url, bytes)]);
    assert.equal(one, other);
  }

  it('to one request per connection', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(parts), odd => assertSame(bytesOf(odd))),
      { numRuns: runs(5000, 300) },
    );
    const faults = [...threads.logged, ...alone.logged].filter(({ event }) => event === 'fault');
    assert.deepEqual(faults, []);
  });

  it('to several requests at once', async () => {
    const sound = fc
      .record({
        ...parts,
        method: fc.constantFrom(...METHODS.filter(method => method !== 'get')),
        version: fc.constant('1.1'),
        frame: fc.constantFrom(...FRAMES.filter(([, , ends]) => ends === 'known')),
      })
      // What Node cannot read ends the connection, and with it the answers before that.
      .filter(
        ({ target, headers }) =>
          /^(\/|http:\/\/a\/)[!-~]*$/.test(target) && headers.every(each => !/^(Up|Ex|X: x)/.test(each)),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(sound, { minLength: 2, maxLength: 5 }), odd =>
        assertSame(odd.map((each, index) => bytesOf(each, index === odd.length - 1)).join('')),
      ),
      { numRuns: runs(1000, 60) },
    );
  });
});

/** Until the connection ends, without what is of its time and of one connection. */
async function answersTo(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('latin1');
  socket.setTimeout(patience(60_000), () => socket.destroy(new Error('The connection does not end.')));
  socket.write(Buffer.from(bytes, 'latin1'));
  const answers = await text(socket);
  return answers.replaceAll(/^(date|request-id|connection|keep-alive): .*$/gim, '$1');
}
