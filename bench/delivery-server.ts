/** A process of its own for each server that the delivery benchmark measures; it says its URL to its parent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openDataFolder } from '../src/registry/data-folder.ts';
import { startServer } from '../src/registry/server.ts';

/** What the parent asks for: the registry on a data folder, or a bare server that sends these bytes. */
export type ServerOrder =
  | { readonly kind: 'registry'; readonly dataFolder: string }
  | { readonly kind: 'bare'; readonly headers: Readonly<Record<string, string>>; readonly body: string };

process.once('message', (order: ServerOrder) => {
  void (order.kind === 'registry' ? registry(order.dataFolder) : bare(order.headers, order.body)).then(url =>
    process.send?.({ url }),
  );
});

async function registry(dataFolder: string): Promise<string> {
  const store = await openDataFolder(dataFolder, { create: false });
  const { url } = await startServer({ store, host: '127.0.0.1', port: 0, log: () => {} });
  return url;
}

async function bare(headers: Readonly<Record<string, string>>, body: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
