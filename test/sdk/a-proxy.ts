/** A real server between the client and the registry, which does to requests what a test says. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  /** Passes requests on. */
  | 'none'
  /** Ends each connection. */
  | 'killed'
  /** Answers nothing. */
  | 'paused'
  /** Answers with success, and a character at a time without end. */
  | 'dripping'
  /** Passes requests on after some time. */
  | { readonly slow: number }
  /** Answers by itself, as the registry or a server before it would. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  fault: Fault;
  /** The number of requests that are not ended. */
  readonly open: number;
  /** Method and path of each request, in order. */
  readonly seen: readonly string[];
  readonly headers: readonly IncomingMessage['headers'][];
}

export async function aProxy(registryUrl: string): Promise<FaultyProxy> {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  let open = 0;
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    headers.push(incoming.headers);
    open += 1;
    outgoing.once('close', () => {
      open -= 1;
    });
    const { fault } = proxy;
    if (fault === 'killed') return void incoming.socket.destroy();
    if (fault === 'paused') return;
    if (fault === 'dripping') {
      outgoing.writeHead(200, { 'PromptForge-Api': '1', 'PromptForge-Version': 'a@1', ETag: '"x"' });
      const timer = setInterval(() => outgoing.write('x'), 100);
      return void outgoing.once('close', () => clearInterval(timer));
    }
    if (fault === 'none') return passOn(registryUrl, incoming, outgoing);
    if ('slow' in fault) return void setTimeout(() => passOn(registryUrl, incoming, outgoing), fault.slow);
    outgoing.writeHead(fault.status, fault.headers).end(fault.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: 'none',
    get open() {
      return open;
    },
    seen,
    headers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return proxy;
}

export function passOn(to: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const onward = request(
    to + incoming.url,
    { method: incoming.method, headers: { ...incoming.headers, host: new URL(to).host } },
    answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

/** A problem document of the registry, as an answer of the proxy's own. */
export function problem(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Fault {
  const body = JSON.stringify({
    type: `urn:promptforge:problem:${code}`,
    title: code,
    status,
    detail: `The test says ${code}.`,
    code,
  });
  return {
    status,
    body,
    headers: { 'Content-Type': 'application/problem+json', 'PromptForge-Api': '1', ...headers },
  };
}
