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
  /** In ms, for a whole request to arrive, and again for its response. A call waits for changes for at most 30 s. */
  readonly requestTimeout: number;
  /** The time that deliveries that are not in memory wait for a lost database, in ms. */
  readonly failoverTime: number;
  /** The number of calls of one key that may wait for changes at once. */
  readonly maxWaitingPerKey: number;
  /** Requests without a valid key, before further ones are refused without an exact check. */
  readonly failedKeys: FailedKeyLimits;
  /** New connections of an address whose earlier ones ended without a valid key. */
  readonly held: HeldConnectionLimits;
}

const MAX_CONNECTIONS = 10_000;
/** The share of connections whose requests may be forwarded at once; the others wait or are idle. */
export const FORWARDED_AT_ONCE = 1 / 3;
/** Per second and address: enough for people who try a key, and for a client that keeps using an expired one. */
const FAILED_KEYS = 10;
const DEFAULTS = {
  requestTimeout: 60_000,
  failoverTime: FAILOVER_TIME,
  maxWaitingPerKey: MAX_WAITING_PER_KEY,
  held: { perAddress: { perSecond: 50, burst: 500 }, releasedPerSecond: 200 },
};

/** The minimum for one address or key, out of a large total. */
const FEW = 64;

/** An address may fail BURST times its rate at once, and all addresses together ADDRESSES times as often as one. */
const BURST = 10;
const ADDRESSES = 20;

/** @param perSecond requests from one address */
export function failedKeyLimits(perSecond: number): FailedKeyLimits {
  const rate = (times: number) => ({ perSecond: perSecond * times, burst: perSecond * times * BURST });
  return { perAddress: rate(1), total: rate(ADDRESSES) };
}

/** Adds missing limits in proportion to the total number of connections. */
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

/** The time for headers to arrive, in ms, so that a client cannot send them byte by byte forever. */
export const HEADERS_TIMEOUT = 10_000;
/** The limit for a request line and its headers, in bytes; beyond it the response is 431. */
const MAX_HEADER_SIZE = 16 * 1024;
/** In ms. Longer than the 60 s of common load balancers, so that they close a connection first. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/** Node itself answers late requests with 408, and malformed ones with 400. */
export function parserLimits(
  { requestTimeout }: Pick<ConnectionLimits, 'requestTimeout'>,
  endpoint: Endpoint,
): ServerOptions {
  // The delivery thread at the other end of a socket applies these limits, and decides which connections to keep.
  if ('socket' in endpoint)
    return {
      maxHeaderSize: 2 * MAX_HEADER_SIZE,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      // HTTP/1.0 requests may lack it, such as probes of load balancers.
      requireHostHeader: false,
    };
  return {
    maxHeaderSize: MAX_HEADER_SIZE,
    headersTimeout: Math.min(HEADERS_TIMEOUT, requestTimeout),
    requestTimeout,
    connectionsCheckingInterval: Math.min(1000, requestTimeout),
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    // Skips the stream events of requests without a body, as for all deliveries: a tenth of their time.
    optimizeEmptyRequests: true,
  };
}

/** Closes connections whose clients stopped reading. @param connections the open ones */
export function limitIdleReaders(
  server: Server,
  connections: ReadonlySet<Socket>,
  { requestTimeout }: Pick<ConnectionLimits, 'requestTimeout'>,
): void {
  // Node's socket timeout is reset at every request, which costs more than everything else here.
  const sweeping = setInterval(sweep(connections), requestTimeout).unref();
  server.once('close', () => clearInterval(sweeping));
}

/**
 * Closes connections that read nothing of their response since the last sweep: the client is gone, although the
 * connection is open.
 */
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
