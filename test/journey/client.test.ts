/** The client package in a browser, as it ships, under a policy that lets no code be made from strings. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';
import type * as Client from '../../src/sdk/client.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { passOn } from '../sdk/a-proxy.ts';
import { sharedBrowser, stopSharedHost } from './support/shared-host.ts';

describe('the client package in a browser', () => {
  after('ends the browser', stopSharedHost);

  it('delivers, renders and watches prompts', async () => {
    await using registry = await aRegistry();
    await registry.publish('support/triage', 'Sort {{mail}}.', null);
    await registry.publish('support/triage', 'Sort {{mail}} again.', 1);
    for (const version of [1, 2]) await registry.promote('support/triage', version, 'staging');
    await registry.promote('support/triage', 1, 'production');
    const server = createServer(async (request, response) => {
      const { url = '' } = request;
      if (url.startsWith('/v1/')) return passOn(registry.url, request, response);
      const headers = {
        'Content-Security-Policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
      };
      if (!url.startsWith('/sdk/'))
        return void response
          .writeHead(200, { 'Content-Type': 'text/html', ...headers })
          .end('<!doctype html>');
      const script = await readFile(join(ROOT, url));
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const page = await (await sharedBrowser()).newPage();
    try {
      await page.goto(origin);
      const key = await registry.key('production', 'reader');
      await page.exposeFunction('promote', () =>
        registry.promote('support/triage', 2, 'production').then(() => true),
      );
      const seen = await page.evaluate(
        async ({ origin, key }) => {
          const { createClient, PromptForgeError } = (await import(
            `${origin}/sdk/client.js`
          )) as typeof Client;
          const prompts = createClient({ url: origin, key, environment: 'production' });
          const prompt = await prompts.get('support/triage');
          const rendered = await prompts.render('support/triage', { mail: 'this' });
          const error = await prompts.get('other').catch((thrown: unknown) => thrown);
          const moved = new Promise<string>(resolve => {
            prompts.watch('support/triage', ({ reference }) => resolve(reference));
          });
          await (globalThis as unknown as { promote(): Promise<true> }).promote();
          const reference = await moved;
          prompts.close();
          return {
            got: [prompt.text, prompt.source, rendered.text, reference],
            code: error instanceof PromptForgeError ? error.code : String(error),
          };
        },
        { origin, key },
      );
      assert.deepEqual(seen, {
        got: ['Sort {{mail}}.', 'network', 'Sort this.', 'support/triage@2'],
        code: 'prompt_not_found',
      });
    } finally {
      await page.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
