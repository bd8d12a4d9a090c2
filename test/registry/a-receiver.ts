/** A receiver of webhooks on 127.0.0.1: what it was sent, and what it answers. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** The next answers: a status, headers with it, or nothing at all. After those it takes everything. */
  readonly answers: (number | readonly [number, Record<string, string>] | 'silence')[];
  /** Resolves when so many requests have come. */
  got(count: number): Promise<void>;
}

export async function aReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Receiver['answers'] = [];
  const waiting: [number, () => void][] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    let body = '';
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
    received.push({ method, path: url, headers, body });
    for (const [count, resolve] of waiting) if (received.length >= count) resolve();
    const answer = answers.shift() ?? 204;
    if (answer === 'silence') return;
    const [status, fields] = typeof answer === 'number' ? [answer, {}] : answer;
    outgoing.writeHead(status, fields).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    got: count =>
      new Promise(resolve => {
        if (received.length >= count) resolve();
        else waiting.push([count, resolve]);
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
