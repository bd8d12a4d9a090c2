/** What a connection may take: how many there are, how long a request takes to come and to be answered. */
import type { Server, ServerOptions } from 'node:http';

export interface ConnectionLimits {
  /** One more than this is closed at once. */
  readonly maxConnections: number;
  /** In ms: for a request to arrive whole, and again for it to be answered. A call waits for changes for 30 s at most. */
  readonly requestTimeout: number;
}

export const DEFAULT_LIMITS: ConnectionLimits = { maxConnections: 10_000, requestTimeout: 60_000 };

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
  };
}

/** @param onRefused told of each connection that was closed because there were too many */
export function limitConnections(
  server: Server,
  { maxConnections, requestTimeout }: ConnectionLimits,
  onRefused: () => void,
): void {
  server.maxConnections = maxConnections;
  server.on('drop', onRefused);
  // Who reads nothing of its answer for so long is gone, though the connection stands.
  server.setTimeout(requestTimeout + KEEP_ALIVE_TIMEOUT);
}
