/** The page in which the suite of the extension runs: what it tells, and what its scripts find. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openUnseenPage } from '../../scripts/host/unseenPage.ts';
import { sharedBrowser, stopSharedHost } from './support/shared-host.ts';

const SEES = `
  const holdsItself = {};
  holdsItself.self = holdsItself;
  const seen = [innerWidth, document.hasFocus(), matchMedia('(prefers-reduced-motion: reduce)').matches];
  const frame = await new Promise(requestAnimationFrame);
  await navigator.clipboard.writeText('copied');
  tell(...seen, typeof frame, await navigator.clipboard.readText());
  tell(new Error('Mistake'));
  tell(holdsItself);
  end();
`;

// As VS Code does it.
const RECEIVES = `
  const read = from => new Promise(resolve => {
    const reader = new FileReader();
    reader.onload = ({ target }) => resolve([...new Uint8Array(target.result)]);
    reader.readAsArrayBuffer(from);
  });
  const socket = new WebSocket('ws://' + location.host);
  const { data } = await new Promise(resolve => socket.addEventListener('message', resolve));
  tell(data.constructor.name, await read(data), await read(new Blob([data])));
  end();
`;

describe('a browser page without a window', () => {
  after('ends the browser', stopSharedHost);

  it('has focus, frames and the clipboard, and returns the results of its scripts', async () => {
    const [seen, [error] = [], [odd] = []] = await toldBy(SEES);
    assert.deepEqual(seen, [1024, true, true, 'number', 'copied']);
    assert.match(String(error), /^Error: Mistake\n +at /);
    assert.equal(odd, '[object Object]');
    const nowhere = await openUnseenPage(await sharedBrowser(), {});
    await assert.rejects(nowhere.goto('http://127.0.0.1:9'), /cannot open http:\/\/127\.0\.0\.1:9/);
  });

  it('receives messages as bytes, which a FileReader returns, and reads blobs', async () => {
    assert.deepEqual(await toldBy(RECEIVES), [['ArrayBuffer', [7, 9], [7, 9]]]);
  });
});

/** What a page with this script told until it called `end`. Its server sends the bytes 7 and 9 to whoever connects. */
async function toldBy(script: string): Promise<unknown[][]> {
  const sockets: { destroy(): void }[] = [];
  const server = createServer((_, response) =>
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end(`<!doctype html><script type="module">${script}</script>`),
  );
  server.on('upgrade', ({ headers }, socket) => {
    // https://www.rfc-editor.org/rfc/rfc6455#section-1.3
    const asked = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accepted = createHash('sha1').update(asked).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`,
    );
    socket.write(Uint8Array.of(0x82, 2, 7, 9));
    sockets.push(socket);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const told: unknown[][] = [];
  const ended = Promise.withResolvers<void>();
  try {
    const exposed = { tell: (...args: unknown[]) => void told.push(args), end: () => ended.resolve() };
    const page = await openUnseenPage(await sharedBrowser(), exposed);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await ended.promise;
    return told;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  }
}
