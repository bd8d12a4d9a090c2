/** A real HTTP server on 127.0.0.1 that answers as a test says, and remembers every request it got. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_VERSION, HEADER } from '../../src/contract/headers.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Behavior = (request: SeenRequest, response: ServerResponse) => void;

export interface MisbehavingServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

/** The behaviors in turn; the last one stays. */
export async function misbehavingServer(...behaviors: readonly Behavior[]): Promise<MisbehavingServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    const behave = behaviors[Math.min(seen.length, behaviors.length - 1)];
    seen.push({ method, path: url, headers, body });
    behave?.(seen.at(-1)!, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

const OF_API = { [HEADER.api.toLowerCase()]: String(API_VERSION) };

/** What a registry would answer. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Behavior {
  return (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...OF_API, ...headers })
      .end(JSON.stringify(value));
}

export function problem(document: object, status: number, headers: Record<string, string> = {}): Behavior {
  return (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...OF_API, ...headers })
      .end(JSON.stringify({ type: 'about:blank', title: 'Title', status, ...document }));
}

/** What some other server answers: no header of the API. */
export function foreign(status: number, headers: Record<string, string> = {}, body = ''): Behavior {
  return (_, response) => response.writeHead(status, headers).end(body);
}

/** Announces more than it sends, then drops the connection. */
export const cutsTheBody: Behavior = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000', ...OF_API });
  response.write('{"status":', () => response.destroy());
};

/** Drops the connection without an answer. */
export const drops: Behavior = (_, response) => {
  response.socket?.destroy();
};

export const neverAnswers: Behavior = () => {};
