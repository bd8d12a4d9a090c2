/** The registry as a server: the HTTP app behind `node:http`, what it logs, and how it stops. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, isIPv4, type Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { redactKeys } from '../core/key.ts';
import { Problem } from '../core/problem.ts';
import type { Caller } from './access/caller.ts';
import { keyAuthenticator } from './access/key-authenticator.ts';
import { isDeliveryPath } from './delivery/deliver.ts';
import { type Answer, problemAnswer } from './http/answer.ts';
import { type App, createApp } from './http/app.ts';
import type { Identity } from './identity.ts';
import { memory } from './memory.ts';
import { promotionSchedule } from './promotions/schedule.ts';
import type { Store } from './store/store.ts';

export interface ServerOptions {
  /** Stays the caller's, who closes it after the server. */
  readonly store: Store;
  readonly identity?: Identity;
  /** Whether webhooks may send to this machine and private networks, and by HTTP; false by default. */
  readonly webhooksToPrivateNetworks?: boolean;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  /** A reverse proxy in front of it speaks TLS. */
  readonly behindProxy?: boolean;
  /** Gets an object for each line of the log; never a key, a query or a body. */
  readonly log: (entry: object) => void;
}

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Takes no more connections, ends waiting calls, lets the others finish for 10 s. May be called twice. */
  close(): Promise<void>;
}

/** How long requests may take to finish when the server stops, in ms. */
const DRAIN_TIMEOUT = 10_000;
/** Longer than the 60 s for which common load balancers keep a connection, so that they close it first. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/**
 * @throws Problem `invalid_request` when it would listen beyond this machine without TLS, `unavailable` when it
 * cannot listen
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { store, identity, webhooksToPrivateNetworks = false, host, port, tls, log } = options;
  checkExposure(options);
  const closing = new AbortController();
  const callers = new WeakMap<Request, Caller>();
  const kept = memory(store);
  const authenticator = keyAuthenticator(store, kept);
  const app = createApp({
    store,
    memory: kept,
    authenticator,
    ...(identity && { identity }),
    webhooksToPrivateNetworks,
    closing: closing.signal,
    onFault: error => log(faultEntry(error)),
    onCaller: (request, caller) => callers.set(request, caller),
  });
  const listener = requestListener(app, callers, log);
  const server = tls ? createTlsServer({ ...tls }, listener) : createServer(listener);
  const connections = connectionsOf(server, tls ? 'secureConnection' : 'connection');
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT;
  await listening(server, host, port);
  const schedule = promotionSchedule({ store, onFault: error => log(faultEntry(error)) });
  schedule.start();
  const { port: bound } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`;

  let closed: Promise<void> | undefined;
  return {
    url,
    close() {
      closed ??= Promise.all([drain(server, connections, closing), schedule.close()]).then(() =>
        authenticator.close(),
      );
      return closed;
    },
  };
}

/**
 * To be asked before anything is opened or made for a server.
 * @throws Problem `invalid_request` when it would listen beyond this machine without TLS
 */
export function checkExposure({
  host,
  tls,
  behindProxy = false,
}: Pick<ServerOptions, 'host' | 'tls' | 'behindProxy'>): void {
  if (tls !== undefined || behindProxy || isLoopback(host)) return;
  throw new Problem(
    'invalid_request',
    `Listening on ${host} without TLS would send keys readable over the network. Give a certificate, or say --behind-proxy if a proxy in front speaks TLS, or listen on 127.0.0.1.`,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: 'the port is in use: choose another, or stop what listens there',
        EACCES: 'permission denied: choose a port above 1023',
        EADDRNOTAVAIL: 'this machine has no such address',
        ENOTFOUND: 'there is no such host',
      };
      const reason = reasons[cause.code ?? ''] ?? cause.message;
      reject(new Problem('unavailable', `Cannot listen on ${host}:${port}: ${reason}.`, {}, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

function requestListener(app: App, callers: WeakMap<Request, Caller>, log: ServerOptions['log']): Listener {
  const viaHono = getRequestListener(
    async request => {
      const started = performance.now();
      const response = await app.fetch(request);
      const { method, url } = request;
      log(requestEntry(method, url, response.status, performance.now() - started, callers.get(request)));
      return response;
    },
    { overrideGlobalObjects: false },
  );
  return (incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    if (climbs(url)) send(incoming, outgoing, refusedPath());
    else if ((method === 'GET' || method === 'HEAD') && isDeliveryPath(url)) deliver(incoming, outgoing);
    else void viaHono(incoming, outgoing);
  };

  /** Delivery without a Request and a Response in between. What succeeds is not logged: applications log the version they got. */
  function deliver(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { rawHeaders, url: target = '/' } = incoming;
    const authorization = headerOf(rawHeaders, 'authorization');
    const accept = headerOf(rawHeaders, 'accept');
    const ifNoneMatch = headerOf(rawHeaders, 'if-none-match');
    const answer = app.deliver({ target, authorization, accept, ifNoneMatch });
    if (!(answer instanceof Promise) && answer.status < 400) send(incoming, outgoing, answer);
    else void finish(incoming, outgoing, answer);
  }

  async function finish(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    answer: Answer | Promise<Answer>,
  ): Promise<void> {
    const started = performance.now();
    const given = await answer;
    send(incoming, outgoing, given);
    const { method = 'GET', url = '/' } = incoming;
    if (given.status >= 400) log(requestEntry(method, url, given.status, performance.now() - started));
  }
}

function send(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): void {
  const { status, body, encoding = 'utf8' } = answer;
  outgoing.writeHead(status, fieldsOf(answer));
  if (incoming.method === 'HEAD' || body === null) outgoing.end();
  else outgoing.end(body, encoding);
}

const FIELDS = new WeakMap<Answer, string[]>();

/** The answer's headers as Node writes them fastest: names, in lower case, and values in turn. Made once for an answer that is given often. */
function fieldsOf(answer: Answer): string[] {
  const known = FIELDS.get(answer);
  if (known !== undefined) return known;
  const { headers, body } = answer;
  const fields = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
  if (body !== null && !('Content-Length' in headers))
    fields.push('content-length', String(Buffer.byteLength(body)));
  FIELDS.set(answer, fields);
  return fields;
}

/** A header without making an object of them all: names and values alternate. A list of values is joined, as HTTP joins it. */
function headerOf(raw: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const each = raw[i] ?? '';
    if (each.length !== name.length || each.toLowerCase() !== name) continue;
    // Of two credentials the first counts, as in Node's own reading.
    if (found !== undefined && name === 'authorization') continue;
    found = found === undefined ? raw[i + 1] : `${found}, ${raw[i + 1]}`;
  }
  return found;
}

/** Dot segments in a prompt's path, encoded or not: URLs drop them silently, and with them part of the name. */
function climbs(target: string): boolean {
  if (!target.includes('/.') && !target.includes('%')) return false;
  const [path = ''] = target.split('?', 1);
  return path.startsWith('/v1/prompts/') && /\/(?:\.|%2e){1,2}(?:\/|%2f|$)/i.test(path);
}

function refusedPath(): Answer {
  return problemAnswer(
    new Problem('invalid_name', '"." and ".." cannot be segments of a prompt name, encoded or not.'),
  );
}

function requestEntry(method: string, target: string, status: number, ms: number, caller?: Caller): object {
  const path = target.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*$/s, '');
  return {
    at: new Date().toISOString(),
    level: status >= 500 ? 'error' : 'info',
    event: 'request',
    method,
    path: redactKeys(path.slice(0, 300)),
    status,
    ms: Math.round(ms * 10) / 10,
    ...(caller && { key: caller.key, actor: caller.actor, environment: caller.environment }),
  };
}

function faultEntry(error: unknown): object {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { at: new Date().toISOString(), level: 'error', event: 'fault', error: redactKeys(text) };
}

/** The connections that are open. */
function connectionsOf(server: Server, event: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

async function drain(
  server: Server,
  connections: ReadonlySet<Socket>,
  closing: AbortController,
): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  closing.abort();
  // A connection that is kept alive becomes idle only when its last answer is out; Node does not count as idle
  // one that was opened ahead of need and has not asked anything yet.
  const sweeping = setInterval(() => {
    server.closeIdleConnections();
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  }, 50);
  const impatience = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT);
  await closed;
  clearInterval(sweeping);
  clearTimeout(impatience);
}
