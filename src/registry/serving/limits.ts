/** Limits on connections: their number, and the time for a request and its response. */
import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { FAILOVER_TIME } from '../delivery/failover-wait.ts';
import { MAX_WAITING_PER_KEY } from '../http/changes-feed.ts';
import type { ConnectionMaximums } from './connections.ts';
import type { FailedKeyLimits } from './failed-keys.ts';
import type { HeldConnectionLimits } from './held-connections.ts';
import type { Endpoint } from './listening.ts';

export interface ConnectionLimits extends ConnectionMaximums {
  /** In ms: for a request to arrive whole, and again for it to be answered. A call waits for changes for 30 s at most. */
  readonly requestTimeout: number;
  /** How long after the database went away deliveries that are not in memory wait for it, in ms. */
  readonly failoverTime: number;
  /** The number of calls of one key that may wait for changes at once. */
  readonly maxWaitingPerKey: number;
  /** Requests without a valid key, before such requests are refused without a closer look. */
  readonly failedKeys: FailedKeyLimits;
  /** New connections of an address whose last ones ended without a valid key. */
  readonly held: HeldConnectionLimits;
}

const MAX_CONNECTIONS = 10_000;
/** Of the connections, those that the server behind may be asked for at once; the others wait, or are at rest. */
export const FORWARDED_AT_ONCE = 1 / 3;
/** A second and address: people who try a key, and a client that goes on with one that has expired. */
const FAILED_KEYS = 10;
const DEFAULTS = {
  requestTimeout: 60_000,
  failoverTime: FAILOVER_TIME,
  maxWaitingPerKey: MAX_WAITING_PER_KEY,
  held: { perAddress: { perSecond: 50, burst: 500 }, releasedPerSecond: 200 },
};

/** The minimum for one address or key, out of a large total. */
const FEW = 64;

/** An address may fail so many times its rate at a stretch; all together, so many times as often as one. */
const BURST = 10;
const ADDRESSES = 20;

/** @param perSecond from one address */
export function failedKeyLimits(perSecond: number): FailedKeyLimits {
  const rate = (times: number) => ({ perSecond: perSecond * times, burst: perSecond * times * BURST });
  return { perAddress: rate(1), total: rate(ADDRESSES) };
}

/** Those that are given, and the others in proportion to the connections in all. */
export function limitsOf(given: Partial<ConnectionLimits>): ConnectionLimits {
  const { maxConnections = MAX_CONNECTIONS } = given;
  const share = (divisor: number) =>
    Math.min(maxConnections, Math.max(FEW, Math.floor(maxConnections / divisor)));
  return {
    ...DEFAULTS,
    failedKeys: failedKeyLimits(FAILED_KEYS),
    maxConnections,
    maxPerAddress: share(2),
    maxUnauthenticated: share(2),
    maxUnauthenticatedPerAddress: share(10),
    maxPerKey: share(4),
    ...given,
  };
}

export const DEFAULT_LIMITS: ConnectionLimits = limitsOf({});

/** Headers must be here within this, in ms: a connection that sends them byte by byte holds nobody up. */
export const HEADERS_TIMEOUT = 10_000;
/** A request's line and headers, in bytes; beyond it the answer is 431. */
const MAX_HEADER_SIZE = 16 * 1024;
/** Longer than the 60 s for which common load balancers keep a connection, so that they close it first. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/** Too late is answered by 408, malformed by 400, both by Node itself. */
export function parserLimits(
  { requestTimeout }: Pick<ConnectionLimits, 'requestTimeout'>,
  endpoint: Endpoint,
): ServerOptions {
  // The delivering thread at the other end of a socket has these limits, and decides which connections are kept.
  if ('socket' in endpoint)
    return {
      maxHeaderSize: 2 * MAX_HEADER_SIZE,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      // HTTP/1.0 has requests without it, as the probes of load balancers.
      requireHostHeader: false,
    };
  return {
    maxHeaderSize: MAX_HEADER_SIZE,
    headersTimeout: Math.min(HEADERS_TIMEOUT, requestTimeout),
    requestTimeout,
    connectionsCheckingInterval: Math.min(1000, requestTimeout),
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    // A request without a body, as all of delivery's are, is no stream that begins and ends: a tenth of their time.
    optimizeEmptyRequests: true,
  };
}

/** @param connections those that are open */
export function limitIdleReaders(
  server: Server,
  connections: ReadonlySet<Socket>,
  { requestTimeout }: Pick<ConnectionLimits, 'requestTimeout'>,
): void {
  // Not by Node's time-out of sockets, which is set anew at every request and costs more than all the rest here.
  const sweeping = setInterval(sweep(connections), requestTimeout).unref();
  server.once('close', () => clearInterval(sweeping));
}

/** Closes those that took nothing of their answer since the last time: their reader is gone, though the connection is open. */
function sweep(connections: ReadonlySet<Socket>): () => void {
  let before = new WeakMap<Socket, number>();
  return () => {
    const now = new WeakMap<Socket, number>();
    for (const socket of connections) {
      if (socket.writableLength === 0) continue;
      const taken = socket.bytesWritten - socket.writableLength;
      if (before.get(socket) === taken) socket.destroy();
      else now.set(socket, taken);
    }
    before = now;
  };
}
