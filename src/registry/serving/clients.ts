/**
 * Limits clients until they have shown a valid key: combines the limits on connections (connections.ts) and on requests
 * without a valid key (failed-keys.ts), and applies them to a server.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ROUTES } from '../../contract/routes.ts';
import { Problem } from '../../core/problem.ts';
import type { Caller } from '../access/caller.ts';
import type { ScreenKey } from '../access/screen-key.ts';
import { credentialOf, isForLangfuse, refusal } from '../http/langfuse.ts';
import { addressGroup, requestGroup, type TrustedProxies } from './client-address.ts';
import { type ClientConnection, type ConnectionMaximums, openConnections } from './connections.ts';
import { type FailedKeyLimits, failedKeys } from './failed-keys.ts';
import { headersOf } from './header-fields.ts';
import { type HeldConnectionLimits, heldConnections } from './held-connections.ts';
import { originForm } from './incoming.ts';
import type { RateMemories } from './rate-memories.ts';
import type { Send } from './send.ts';

export interface ClientParts {
  readonly limits: ConnectionMaximums & {
    readonly failedKeys: FailedKeyLimits;
    readonly held: HeldConnectionLimits;
  };
  readonly rates: Pick<RateMemories, 'failedKeys' | 'ended'>;
  readonly trusted: TrustedProxies;
  /** True if all clients come through a proxy that the operator did not name. */
  readonly throughUnknownProxy: boolean;
  readonly screenKey: ScreenKey;
  readonly send: Send;
  /** Called when a connection is closed because there are too many. */
  readonly onClosed: () => void;
  /** Called when a request is refused without an exact check of its key. */
  readonly onRefused: (method: string) => void;
  readonly log: (entry: object) => void;
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

export interface Clients {
  /** Wraps a listener: refuses requests that are over a limit. */
  guarded(listener: Listener): Listener;
  /** Follows the connections of a server that has this listener. */
  follow(server: Server, listener: Listener, speaksTls: boolean): void;
  /** Called for a request that is not answered at once. */
  begun(request: object, incoming: IncomingMessage): void;
  /** Called as soon as the caller of a request is known. */
  recognized(request: object, caller: Caller): void;
  /** Called for each request that was answered after it was let through. */
  answered(request: object, incoming: IncomingMessage, status: number, caller: Caller | undefined): void;
  /** Closes connections during their TLS handshake: nothing else ends them when the server stops. */
  closeUnsecured(): void;
  readonly unauthenticated: number;
}

/** Requests that may be under way on one connection: clients that pipeline at all send a few. */
const MAX_PIPELINED = 100;
/** The time for which a connection is not read after a refused request, in ms. */
const PAUSE = 1000;
/** In bytes: a longer body of a refused request is not read. */
const SHORT_BODY = 64 * 1024;
/** The minimum time between two log entries about addresses over their limit, in ms. */
const LOG_INTERVAL = 10_000;
/** Routes open to everyone. */
const KEYLESS: ReadonlySet<string> = new Set(
  Object.values(ROUTES).flatMap(({ role, path }) => (role === null ? [path] : [])),
);

const TOO_MANY = new Problem(
  'rate_limited',
  'Too many requests without a valid key came from your address. Check the key, wait a second, and try again. Requests with a valid key are still answered.',
  { retryAfter: 1 },
);
const REFUSED = refusal('/', TOO_MANY);
const REFUSED_TO_LANGFUSE = refusal(ROUTES.langfusePrompt.path, TOO_MANY);

export function clients(parts: ClientParts): Clients {
  const { limits, rates, trusted, throughUnknownProxy, screenKey, send, onClosed, onRefused, log } = parts;
  const failed = failedKeys(limits.failedKeys, rates.failedKeys);
  const connections = openConnections(limits, onClosed);
  const held = heldConnections(limits.held, rates.ended);
  const bySocket = new WeakMap<Socket, ClientConnection>();
  const ofRequest = new WeakMap<object, ClientConnection>();
  /** Connections during their TLS handshake, by remote address and port. */
  const handshaking = new Map<string, ClientConnection>();
  const paused = new Set<Socket>();
  let loggedAt = Number.NEGATIVE_INFINITY;

  return {
    guarded: listener => (incoming, outgoing) => {
      // Pipelined requests are not answered once the connection has ended.
      if (incoming.socket.destroyed) return;
      if (failed.isAnyOver() && isRefusable(incoming)) look(incoming, outgoing, listener);
      else listener(incoming, outgoing);
    },
    follow(server, listener, speaksTls) {
      server.on('connection', socket => taken(socket, speaksTls));
      if (speaksTls) server.on('secureConnection', secured);
      // Otherwise Node would ask for the body before the key is checked.
      server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
        void invite(incoming, outgoing, listener);
      });
    },
    begun(request, { socket }) {
      const connection = bySocket.get(socket);
      if (connection === undefined) return;
      ofRequest.set(request, connection);
      connection.pending++;
      if (connection.pending > MAX_PIPELINED) socket.destroy();
    },
    recognized(request, caller) {
      const connection = ofRequest.get(request);
      if (connection !== undefined) connections.authenticated(connection, caller);
    },
    answered(request, incoming, status, caller) {
      const begun = ofRequest.get(request);
      if (begun !== undefined) begun.pending--;
      if (caller !== undefined) {
        const connection = begun ?? bySocket.get(incoming.socket);
        if (connection !== undefined && connection.caller === undefined)
          connections.authenticated(connection, caller);
      } else if (status >= 400 && status < 500) {
        const address = requestGroup(incoming, trusted);
        if (address !== undefined && failed.count(address)) logOver(address);
      }
    },
    closeUnsecured() {
      for (const { socket } of handshaking.values()) socket.destroy();
    },
    get unauthenticated() {
      return connections.unauthenticated;
    },
  };

  function taken(socket: Socket, speaksTls: boolean): void {
    const { remoteAddress } = socket;
    const isOfProxy = remoteAddress !== undefined && trusted.includes(remoteAddress);
    const address = throughUnknownProxy ? undefined : addressGroup(remoteAddress);
    const connection = connections.open(socket, { isOfProxy, address });
    if (connection === undefined) return;
    const end = endOf(socket);
    if (speaksTls) handshaking.set(end, connection);
    else begin(socket, connection);
    socket.once('close', () => {
      // A connection that gave way to another was not ended by its client.
      const gaveWay = !connections.all.has(connection);
      connections.closed(connection);
      if (!gaveWay && connection.caller === undefined && address !== undefined && !isOfProxy)
        held.ended(address);
      if (handshaking.get(end) === connection) handshaking.delete(end);
    });
  }

  function secured(socket: Socket): void {
    const end = endOf(socket);
    const connection = handshaking.get(end);
    if (connection === undefined) return;
    handshaking.delete(end);
    begin(socket, connection);
    socket.once('close', () => connections.closed(connection));
  }

  /** Called when the first request may arrive. */
  function begin(socket: Socket, connection: ClientConnection): void {
    bySocket.set(socket, connection);
    const { address, isOfProxy } = connection;
    if (address !== undefined && !isOfProxy) held.opened(socket, address);
  }

  /** Returns true if the request may be refused: its route needs a key, and its address may be over a limit. */
  function isRefusable(incoming: IncomingMessage): boolean {
    const { url = '/' } = incoming;
    const question = url.indexOf('?');
    if (KEYLESS.has(question < 0 ? url : url.slice(0, question))) return false;
    const address = requestGroup(incoming, trusted);
    return address !== undefined && failed.isOver(address);
  }

  function look(incoming: IncomingMessage, outgoing: ServerResponse, listener: Listener): void {
    const mayBeValid = screened(incoming);
    if (mayBeValid === true) listener(incoming, outgoing);
    else if (mayBeValid === false) refuse(incoming, outgoing);
    else void mayBeValid.then(is => (is ? listener(incoming, outgoing) : refuse(incoming, outgoing)));
  }

  function screened(incoming: IncomingMessage): ReturnType<ScreenKey> {
    const { authorization } = headersOf(incoming.rawHeaders);
    return screenKey(credentialOf(originForm(incoming.url ?? '/'), authorization));
  }

  function refuse(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { socket, headers, method = 'GET' } = incoming;
    // It was sent with an earlier refused request: clients that keep sending without reading get no response.
    if (paused.has(socket)) {
      socket.destroy();
      return;
    }
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
    if (encoding !== undefined || Number(length) > SHORT_BODY) outgoing.shouldKeepAlive = false;
    const isToLangfuse = isForLangfuse(originForm(incoming.url ?? '/'));
    send(incoming, outgoing, isToLangfuse ? REFUSED_TO_LANGFUSE : REFUSED);
    onRefused(method);
    const connection = bySocket.get(socket);
    if (connection?.caller === undefined && connection?.isOfProxy === false && !throughUnknownProxy)
      pause(socket);
  }

  /** All paused connections share one timer. */
  function pause(socket: Socket): void {
    paused.add(socket);
    // Node resumes reading at the end of the request, right after this.
    setImmediate(() => socket.pause());
    if (paused.size === 1) setTimeout(resume, PAUSE).unref();
  }

  function resume(): void {
    for (const socket of paused) if (!socket.destroyed) socket.resume();
    paused.clear();
  }

  async function invite(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    listener: Listener,
  ): Promise<void> {
    const mayBeValid = await screened(incoming);
    if (mayBeValid) outgoing.writeContinue();
    // The client sends no body, but its next bytes on this connection could be taken for one.
    else outgoing.shouldKeepAlive = false;
    listener(incoming, outgoing);
  }

  function logOver(address: string): void {
    const now = performance.now();
    if (now - loggedAt < LOG_INTERVAL) return;
    loggedAt = now;
    log({ at: new Date().toISOString(), level: 'warn', event: 'many_failed_keys', address });
  }
}

/** For a server whose only clients are the delivery threads in front of it, which apply the limits. */
export function trustedClient(): Clients {
  return {
    guarded: listener => listener,
    follow() {},
    begun() {},
    recognized() {},
    answered() {},
    closeUnsecured() {},
    unauthenticated: 0,
  };
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
