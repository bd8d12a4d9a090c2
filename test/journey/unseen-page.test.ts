/** The page in which the suite of the extension runs: what it tells, and what its scripts find. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openUnseenPage } from '../../scripts/host/unseenPage.ts';
import { sharedBrowser, stopSharedHost } from './support/shared-host.ts';

const SCRIPT = `
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

describe('a page that nobody looks at', () => {
  after('ends the browser', stopSharedHost);

  it('has the focus, frames and the clipboard, and tells what it is asked to', async () => {
    const server = createServer((_, response) =>
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(`<!doctype html><script type="module">${SCRIPT}</script>`),
    );
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const told: unknown[][] = [];
    const ended = Promise.withResolvers<void>();
    try {
      const exposed = { tell: (...args: unknown[]) => void told.push(args), end: () => ended.resolve() };
      const page = await openUnseenPage(await sharedBrowser(), exposed);
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await ended.promise;
      const [seen, [error] = [], [odd] = []] = told;
      assert.deepEqual(seen, [1024, true, true, 'number', 'copied']);
      assert.match(String(error), /^Error: Mistake\n +at /);
      assert.equal(odd, '[object Object]');
      const nowhere = await openUnseenPage(await sharedBrowser(), {});
      await assert.rejects(nowhere.goto('http://127.0.0.1:9'), /cannot open http:\/\/127\.0\.0\.1:9/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
