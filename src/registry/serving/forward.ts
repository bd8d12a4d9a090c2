/**
 * A reverse proxy within one machine: hands requests that the delivering thread does not answer itself to the thread
 * behind it, over a socket, byte for byte, bodies and answers as streams. Authorization, limits on connections and TLS
 * are its own business before that.
 */
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { ROUTES } from '../../contract/routes.ts';
import { Problem } from '../../core/problem.ts';
import { type HttpResponse, problemAnswer } from '../http/http-response.ts';
import { pipeInTurns } from './in-turns.ts';
import { endUnread } from './linger.ts';
import { socketAgent } from './socket-agent.ts';

export interface Forwarder {
  /**
   * Sends the other thread's answer.
   * @returns its status; where there was none, the answer to send instead
   */
  forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<number | HttpResponse>;
  /** Closes the connections that nothing is under way on. */
  close(): void;
}

export interface ForwarderParts {
  /** The socket that the other thread listens on. */
  readonly socket: string;
  /** The time the other thread may take to begin its answer, in ms. */
  readonly timeout: number;
  /** The number of requests that may be under way at once: each takes two open files. */
  readonly maxUnderWay: number;
  /** Headers that every answer has; names in lower case. */
  readonly always: Readonly<Record<string, string>>;
}

/** The part of all that may wait for changes, so that they leave room for the others. */
const WAITING = 3 / 4;
/** Connections that are kept for the next requests. */
const MAX_IDLE = 64;
/** Of one connection alone (RFC 9110, section 7.6.1), and what was settled before the request is handed on. */
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
/** Each connection says by itself where a body ends, so that two readers never see its end in two places. */
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
  /** Calls that wait for changes. */
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
    // Nobody waits any more.
    if (outgoing.destroyed) return Promise.resolve(outgoing.statusCode);
    const { promise, resolve } = Promise.withResolvers<number | HttpResponse>();
    const { method = 'GET', url = '/' } = incoming;
    // A request without a body begins as read. One that has arrived is handed on in one piece.
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
    /** Hands on no more of it. */
    let endBody = (): void => {};
    // A caller who leaves ends the work behind as well.
    const gone = () => {
      if (!outgoing.writableFinished) upstream.destroy();
    };
    outgoing.once('close', gone);
    upstream.once('response', response => {
      const { statusCode = 502 } = response;
      upstream.setTimeout(0);
      if (!incoming.readableEnded) dropBody(incoming, outgoing, endBody);
      outgoing.writeHead(statusCode, [...endToEnd(response.rawHeaders, FRAMING), ...added]);
      // Not `pipeline`, which makes an AbortSignal and an error with a stack for each.
      response.once('error', () => outgoing.destroy());
      outgoing.once('close', () => {
        if (!upstream.writableFinished) upstream.destroy();
        resolve(statusCode);
      });
      pipeInTurns(response, outgoing);
    });
    upstream.once('timeout', () => upstream.destroy(new Error('There was no answer in time.')));
    upstream.on('error', () => {
      // Once an answer has begun, its own stream tells how it ends.
      if (outgoing.headersSent || outgoing.destroyed) {
        resolve(outgoing.statusCode);
        return;
      }
      if (!incoming.readableEnded) dropBody(incoming, outgoing, endBody);
      resolve(NO_ANSWER);
    });
    if (incoming.complete) upstream.end(body ?? undefined);
    else {
      // Node would keep the headers until the body comes, which may be refused before that.
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

/** The answer came before the body was there, so it is no longer wanted. Called before the answer is sent. */
function dropBody(incoming: IncomingMessage, outgoing: ServerResponse, endBody: () => void): void {
  endBody();
  endUnread(incoming, outgoing);
  if (outgoing.shouldKeepAlive) incoming.resume();
}

/** Of a body whose length the client did not say: names and values in turn. */
function framing(incoming: IncomingMessage, body: Buffer | null): string[] {
  if (body !== null) return ['Content-Length', String(body.byteLength)];
  return !incoming.complete && 'transfer-encoding' in incoming.headers
    ? ['Transfer-Encoding', 'chunked']
    : [];
}

/**
 * Names that a `Connection` has are kept: it was meant for this registry, which is as much the server behind.
 * @param raw names and values in turn; the same without those of one connection
 */
function endToEnd(raw: readonly string[], hopByHop: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (!hopByHop.has(name.toLowerCase())) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}
