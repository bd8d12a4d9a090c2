/**
 * A reverse proxy within one machine: forwards requests that a delivery thread does not answer itself to the thread
 * behind it, over a socket, unchanged, with bodies and responses as streams. Authentication, limits on connections and
 * TLS stay with the delivery thread.
 */
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { ROUTES } from '../../contract/routes.ts';
import { Problem } from '../../core/problem.ts';
import { type HttpResponse, problemAnswer } from '../http/http-response.ts';
import { pipeInTurns } from './in-turns.ts';
import { endUnread } from './linger.ts';
import { socketAgent } from './socket-agent.ts';

export interface Forwarder {
  /** Sends the other thread's response. @returns its status; if there was none, the response to send instead */
  forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<number | HttpResponse>;
  /** Closes all connections to the other thread. */
  close(): void;
}

export interface ForwarderParts {
  /** The socket that the other thread listens on. */
  readonly socket: string;
  /** The time in which the other thread must begin its response, in ms. */
  readonly timeout: number;
  /** The maximum number of concurrent requests: each takes two open files. */
  readonly maxUnderWay: number;
  /** Headers of every response; names in lower case. */
  readonly always: Readonly<Record<string, string>>;
}

/** The share of requests that may wait for changes, so that there is room for others. */
const WAITING = 3 / 4;
/** The number of idle connections to keep. */
const MAX_IDLE = 64;
/** Headers for one connection only (RFC 9110, section 7.6.1), or already handled before forwarding. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'upgrade',
]);
/** Each connection frames bodies itself, so that two readers never disagree about the end of a body. */
const FRAMING = new Set([...HOP_BY_HOP, 'transfer-encoding', 'trailer']);

export function forwarder(parts: ForwarderParts): Forwarder {
  const { socket, timeout, maxUnderWay, always } = parts;
  const agent = socketAgent(socket, timeout, {
    keepAlive: true,
    maxSockets: maxUnderWay,
    maxFreeSockets: MAX_IDLE,
    scheduling: 'lifo',
  });
  const added = Object.entries(always).flat();
  const maxWaiting = Math.max(1, Math.floor(maxUnderWay * WAITING));
  /** The number of calls that wait for changes. */
  let waiting = 0;

  return {
    async forward(incoming, outgoing) {
      if (!incoming.url?.startsWith(ROUTES.changes.path)) return await handOn(incoming, outgoing);
      if (waiting >= maxWaiting) return TOO_MANY_WAITING;
      waiting++;
      try {
        return await handOn(incoming, outgoing);
      } finally {
        waiting--;
      }
    },
    close: () => agent.destroy(),
  };

  function handOn(incoming: IncomingMessage, outgoing: ServerResponse): Promise<number | HttpResponse> {
    // The client is gone.
    if (outgoing.destroyed) return Promise.resolve(outgoing.statusCode);
    const { promise, resolve } = Promise.withResolvers<number | HttpResponse>();
    const { method = 'GET', url = '/' } = incoming;
    // A request without a body counts as read from the start. A body that has arrived is forwarded in one piece.
    const body: Buffer | null = incoming.complete && !incoming.readableEnded ? incoming.read() : null;
    const headers = endToEnd(incoming.rawHeaders, FRAMING);
    if (!('content-length' in incoming.headers)) headers.push(...framing(incoming, body));
    const upstream: ClientRequest = request({
      agent,
      socketPath: socket,
      method,
      path: url,
      headers,
      timeout,
    });
    /** Stops forwarding the body. */
    let endBody = (): void => {};
    // If the client leaves, the other thread stops its work too.
    const gone = () => {
      if (!outgoing.writableFinished) upstream.destroy();
    };
    outgoing.once('close', gone);
    upstream.once('response', response => {
      const { statusCode = 502 } = response;
      upstream.setTimeout(0);
      if (!incoming.readableEnded) dropBody(incoming, outgoing, endBody);
      outgoing.writeHead(statusCode, [...endToEnd(response.rawHeaders, FRAMING), ...added]);
      // Avoids `pipeline`, which creates an AbortSignal and an error with a stack for each call.
      response.once('error', () => outgoing.destroy());
      outgoing.once('close', () => {
        if (!upstream.writableFinished) upstream.destroy();
        resolve(statusCode);
      });
      pipeInTurns(response, outgoing);
    });
    upstream.once('timeout', () => upstream.destroy(new Error('There was no answer in time.')));
    upstream.on('error', () => {
      // Once a response has begun, its own stream reports how it ends.
      if (outgoing.headersSent || outgoing.destroyed) {
        resolve(outgoing.statusCode);
        return;
      }
      if (!incoming.readableEnded) dropBody(incoming, outgoing, endBody);
      resolve(NO_ANSWER);
    });
    if (incoming.complete) upstream.end(body ?? undefined);
    else {
      // Otherwise Node would hold the headers back until the body comes, although the request may be refused before.
      upstream.flushHeaders();
      endBody = pipeInTurns(incoming, upstream);
      incoming.once('error', () => upstream.destroy());
    }
    return promise;
  }
}

const TOO_MANY_WAITING = problemAnswer(
  new Problem(
    'queue_full',
    'Too many calls are waiting for changes. Try again in 5 s, or leave out the parameter wait.',
    { retryAfter: 5 },
  ),
);
const NO_ANSWER = problemAnswer(
  new Problem(
    'unavailable',
    'The registry did not answer. The request may have been carried out: check, or send it again with the same Idempotency-Key.',
  ),
);

/** Drops a body that is still arriving when the response comes. Called before the response is sent. */
function dropBody(incoming: IncomingMessage, outgoing: ServerResponse, endBody: () => void): void {
  endBody();
  endUnread(incoming, outgoing);
  if (outgoing.shouldKeepAlive) incoming.resume();
}

/** The headers for a body without a declared length: alternating names and values. */
function framing(incoming: IncomingMessage, body: Buffer | null): string[] {
  if (body !== null) return ['Content-Length', String(body.byteLength)];
  return !incoming.complete && 'transfer-encoding' in incoming.headers
    ? ['Transfer-Encoding', 'chunked']
    : [];
}

/**
 * Removes the headers of one connection. Those named by a `Connection` header are kept: they were meant for this
 * registry, which includes the thread behind.
 * @param raw alternating names and values, like the result
 */
function endToEnd(raw: readonly string[], hopByHop: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (!hopByHop.has(name.toLowerCase())) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}
