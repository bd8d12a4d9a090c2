/** `node:http` with the registry's limits, on a port or on a local socket, with or without TLS. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clients } from './clients.ts';
import { connectionsOf, drain } from './drain.ts';
import { type ConnectionLimits, HEADERS_TIMEOUT, limitIdleReaders, parserLimits } from './limits.ts';
import { type Endpoint, listening } from './listening.ts';

/** PEM */
export interface Certificate {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

export interface HttpServerParts {
  readonly endpoint: Endpoint;
  readonly tls: Certificate | undefined;
  readonly limits: Pick<ConnectionLimits, 'requestTimeout'>;
  readonly clients: Clients;
  readonly listener: RequestListener;
  /** Called when a connection cannot be accepted. */
  readonly onFault: (error: unknown) => void;
}

export interface HttpServer {
  /** Without a trailing slash; for a socket, its path. */
  readonly url: string;
  /** The number of open connections. */
  connections(): number;
  /** @throws Error if the server does not use TLS, or key and certificate do not match */
  renewCertificate(tls: Certificate): void;
  /** Accepts no more connections, and lets requests finish for 10 s. Aborts `closing` at once. */
  close(closing: AbortController): Promise<void>;
}

/** @throws Problem `unavailable` when it cannot listen */
export async function startHttpServer(parts: HttpServerParts): Promise<HttpServer> {
  const { endpoint, tls, limits, clients, onFault } = parts;
  const listener = clients.guarded(parts.listener);
  const asParsed = parserLimits(limits, endpoint);
  const tlsServer =
    tls && createTlsServer({ ...asParsed, handshakeTimeout: HEADERS_TIMEOUT, ...tls }, listener);
  const server: Server = tlsServer ?? createServer(asParsed, listener);
  // The delivery thread limits the headers; forwarding may add one.
  if ('socket' in endpoint) server.maxHeadersCount = 0;
  const connections = connectionsOf(server, tls ? 'secureConnection' : 'connection');
  limitIdleReaders(server, connections, limits);
  clients.follow(server, listener, tls !== undefined);
  await listening(server, endpoint);
  // A connection that cannot be accepted, for example for lack of memory, does not affect the others.
  server.on('error', onFault);
  return {
    url: urlOf(endpoint, server, tls !== undefined),
    connections: () => connections.size,
    renewCertificate(renewed) {
      if (tlsServer === undefined) throw new Error('This server speaks no TLS.');
      tlsServer.setSecureContext({ ...renewed });
    },
    close(closing) {
      clients.closeUnsecured();
      return drain(server, connections, closing);
    },
  };
}

function urlOf(endpoint: Endpoint, server: Server, speaksTls: boolean): string {
  if ('socket' in endpoint) return endpoint.socket;
  const { host } = endpoint;
  const { port } = server.address() as AddressInfo;
  return `${speaksTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
