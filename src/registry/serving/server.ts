/** The registry as a server: the HTTP app behind `node:http`, from listening to the last answer. */
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Caller } from '../access/caller.ts';
import { keyAuthenticator } from '../access/key-authenticator.ts';
import { createApp } from '../http/app.ts';
import type { Identity } from '../identity.ts';
import { memory } from '../memory.ts';
import { promotionSchedule } from '../promotions/schedule.ts';
import type { Store } from '../store/store.ts';
import { connectionsOf, drain } from './drain.ts';
import { checkExposure } from './exposure.ts';
import { requestListener } from './listener.ts';
import { listening } from './listening.ts';
import { faultEntry } from './request-log.ts';

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

/** Longer than the 60 s for which common load balancers keep a connection, so that they close it first. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/**
 * @throws Problem `invalid_request` when it would listen beyond this machine without TLS, `unavailable` when it
 * cannot listen
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const {
    store,
    identity,
    webhooksToPrivateNetworks = false,
    host,
    port,
    tls,
    behindProxy = false,
    log,
  } = options;
  checkExposure({ host, tls: tls !== undefined, behindProxy });
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
