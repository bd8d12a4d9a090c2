/** What a connection may take: how many there are, how long a request takes to come and to be answered. */
import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { MAX_WAITING_PER_KEY } from '../http/changes-feed.ts';

export interface ConnectionLimits {
  /** One more than this is closed at once. */
  readonly maxConnections: number;
  /** In ms: for a request to arrive whole, and again for it to be answered. A call waits for changes for 30 s at most. */
  readonly requestTimeout: number;
  /** How many calls of one key may wait for changes at once. */
  readonly maxWaitingPerKey: number;
}

export const DEFAULT_LIMITS: ConnectionLimits = {
  maxConnections: 10_000,
  requestTimeout: 60_000,
  maxWaitingPerKey: MAX_WAITING_PER_KEY,
};

/** Headers must be here within this, in ms: a connection that sends them byte by byte holds nobody up. */
const HEADERS_TIMEOUT = 10_000;
/** A request's line and headers, in bytes; beyond it the answer is 431. */
const MAX_HEADER_SIZE = 16 * 1024;
/** Longer than the 60 s for which common load balancers keep a connection, so that they close it first. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/** Too late is answered by 408, malformed by 400, both by Node itself. */
export function parserLimits({ requestTimeout }: ConnectionLimits): ServerOptions {
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

/**
 * @param connections those that are open
 * @param onRefused told of each that was closed because there were too many
 */
export function limitConnections(
  server: Server,
  connections: ReadonlySet<Socket>,
  { maxConnections, requestTimeout }: ConnectionLimits,
  onRefused: () => void,
): void {
  server.maxConnections = maxConnections;
  server.on('drop', onRefused);
  // Not by Node's time-out of sockets, which is set anew at every request and costs more than all the rest here.
  const sweeping = setInterval(sweep(connections), requestTimeout).unref();
  server.once('close', () => clearInterval(sweeping));
}

/** Closes those that took nothing of their answer since the last time: their reader is gone, though the connection stands. */
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
