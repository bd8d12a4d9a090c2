/** The registry as a server: the HTTP app behind `node:http`, from listening to the last answer. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyAuthenticator } from '../access/key-authenticator.ts';
import { screenKey } from '../access/screen-key.ts';
import { committingStore } from '../delivery/committing-store.ts';
import { deliveriesBy } from '../delivery/making.ts';
import { createApp } from '../http/app.ts';
import { deliveryOnly as onlyDelivering } from '../http/delivery-only.ts';
import type { Identity } from '../identity.ts';
import { memory } from '../memory.ts';
import { promotionSchedule } from '../promotions/schedule.ts';
import type { HeadFile } from '../proof/head-file.ts';
import { intactStore } from '../proof/intact-store.ts';
import { integrity as integrityOf } from '../proof/integrity.ts';
import { type SignerParts, signer as signerOf } from '../proof/signer.ts';
import { type LogWatchParts, logWatch } from '../proof/watch.ts';
import type { Store } from '../store/store.ts';
import { startWork, type WorkOptions } from '../tasks/work.ts';
import { trustedProxies } from './client-address.ts';
import { clients } from './clients.ts';
import { connectionsOf, drain } from './drain.ts';
import { checkExposure, isLoopback } from './exposure.ts';
import {
  type ConnectionLimits,
  HEADERS_TIMEOUT,
  limitIdleReaders,
  limitsOf,
  parserLimits,
} from './limits.ts';
import { counted, requestListener } from './listener.ts';
import { listening } from './listening.ts';
import { registryMetrics } from './metrics.ts';
import { environmentRate, keyRate } from './rate.ts';
import { alarmEntry, faultEntry } from './request-log.ts';
import { requestNotes } from './request-notes.ts';
import { sender } from './send.ts';

export interface ServerOptions {
  /** Stays the caller's, who closes it after the server. */
  readonly store: Store;
  readonly identity?: Identity;
  /** Where it remembers what it signed; without it only while it runs. Stays the caller's. */
  readonly heads?: HeadFile;
  /** Whether webhooks may send to this machine and private networks, and by HTTP; false by default. */
  readonly webhooksToPrivateNetworks?: boolean;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly tls?: Certificate;
  /** Whether it only delivers and never writes: neither plans, nor verifies, nor notes when keys were used. */
  readonly deliveryOnly?: boolean;
  /** A reverse proxy in front of it speaks TLS. */
  readonly behindProxy?: boolean;
  /** Addresses of proxies, or blocks of them, whose `X-Forwarded-For` says where a request comes from. */
  readonly trustedProxies?: readonly string[];
  /** Requests a second that a key may make on average; without it as many as it can. */
  readonly rateLimit?: number;
  /** The same of all keys of an environment together. */
  readonly environmentRateLimit?: number;
  readonly limits?: Partial<ConnectionLimits>;
  /** How many bytes the deliveries in memory may retain; `DELIVERY_CACHE_BYTES` unless told. */
  readonly deliveryCache?: number;
  /** How long work is done beside the thread that delivers; for tests. */
  readonly work?: Partial<WorkOptions>;
  /** Of the verification of the log in the background, in ms; for tests. */
  readonly watchPauses?: LogWatchParts['pauses'];
  /** Of the signer, in ms; for tests. */
  readonly signerPauses?: SignerParts['pauses'];
  /** Gets an object for each line of the log; never a key, a query or a body. */
  readonly log: (entry: object) => void;
}

/** PEM */
export interface Certificate {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** What it is served from: it writes only while the log is as this process has seen it. */
  readonly store: Store;
  /**
   * Uses another certificate for connections that are made from now on.
   * @throws Error when it speaks no TLS, or key and certificate do not belong together; the one before stays in use then
   */
  renewCertificate(tls: Certificate): void;
  /**
   * Takes no more connections, ends waiting calls, lets the others finish for 10 s. For `delay` ms before that it
   * answers on, saying in `/healthz` and `/readyz` that it stops. May be called twice.
   */
  close(delay?: number): Promise<void>;
}

/** A browser that was here once asks by HTTPS only (RFC 6797), for a year. */
const TLS_ONLY = { 'strict-transport-security': 'max-age=31536000' };

/**
 * @throws Problem `invalid_request` when it would listen beyond this machine without TLS, `unavailable` when it
 * cannot listen
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const {
    identity,
    heads,
    deliveryOnly = false,
    webhooksToPrivateNetworks = false,
    host,
    port,
    tls,
    log,
    rateLimit,
  } = options;
  checkExposure({ host, tls: tls !== undefined, behindProxy: options.behindProxy ?? false });
  const limits = limitsOf(options.limits ?? {});
  const proxies = options.trustedProxies ?? [];
  const trusted = trustedProxies(proxies);
  const closing = new AbortController();
  let stopping = false;
  const onFault = (error: unknown) => log(faultEntry(error));
  const integrity = integrityOf({
    heads,
    onBroken: error => log(alarmEntry('log_broken', error)),
    onFault,
  });
  const work = startWork({ onFault, ...options.work });
  const { contents, maker } = deliveriesBy(work);
  const intact = intactStore(options.store, integrity);
  const kept = memory(intact, {
    maker,
    integrity,
    ...(options.deliveryCache !== undefined && { deliveryBytes: options.deliveryCache }),
  });
  const store = committingStore(intact, kept, maker);
  const signer = signerOf({
    ...{ store, integrity, identity: identity ?? null, heads, onFault },
    ...(options.signerPauses && { pauses: options.signerPauses }),
  });
  const authenticator = keyAuthenticator(store, kept, { notesUse: !deliveryOnly });
  const notes = requestNotes();
  const { environmentRateLimit } = options;
  const admitKey = rateLimit === undefined ? undefined : keyRate(rateLimit);
  const admitEnvironment =
    environmentRateLimit === undefined ? undefined : environmentRate(environmentRateLimit);
  const schedule = promotionSchedule({ store, onFault: error => log(faultEntry(error)) });
  const watch = logWatch({
    store,
    onBroken: integrity.report,
    onFault: error => log(alarmEntry('fault', error)),
    ...(options.watchPauses && { pauses: options.watchPauses }),
  });
  const logState = () =>
    integrity.broken() === null ? watch.state() : { ...watch.state(), status: 'broken' as const };
  const metrics = registryMetrics({
    store,
    connections: () => connections.size,
    logState,
    signed: () => signer.last()?.seq ?? 0,
    waiting: () => work.waiting,
    cached: kept.size,
  });
  const send = sender(tls ? TLS_ONLY : {});
  const connected = clients({
    limits,
    trusted,
    throughUnknownProxy: options.behindProxy === true && proxies.length === 0,
    screenKey: screenKey(store, kept),
    send,
    onClosed: metrics.refused,
    onRefused: method => metrics.requests.of(counted(method), 'none').answered(429, 0),
    log,
  });
  const whole = createApp({
    store,
    memory: kept,
    integrity,
    signer,
    authenticator,
    work,
    contents,
    maker,
    ...(identity && { identity }),
    webhooksToPrivateNetworks,
    standing: {
      log: () => (deliveryOnly ? 'unverified' : logState().status),
      stopping: () => stopping,
      metrics: { text: metrics.text, needsKey: !isLoopback(host) },
    },
    closing: closing.signal,
    maxWaitingPerKey: limits.maxWaitingPerKey,
    onFault: (error, request) => log(faultEntry(error, notes.trace(request))),
    onRoute: notes.noteRoute,
    onCaller(request, caller) {
      notes.noteCaller(request, caller);
      connected.recognized(request, caller);
      admitKey?.(caller);
      admitEnvironment?.(caller);
    },
    onDelivered: metrics.delivered,
  });
  const listener = requestListener({
    app: deliveryOnly ? onlyDelivering(whole) : whole,
    notes,
    counts: metrics.requests,
    log,
    stopping: () => stopping,
    timeout: limits.requestTimeout,
    send,
    clients: connected,
  });
  const guarded = connected.guarded(listener);
  const asParsed = parserLimits(limits);
  const tlsServer =
    tls && createTlsServer({ ...asParsed, handshakeTimeout: HEADERS_TIMEOUT, ...tls }, guarded);
  const server: Server = tlsServer ?? createServer(asParsed, guarded);
  const connections = connectionsOf(server, tls ? 'secureConnection' : 'connection');
  limitIdleReaders(server, connections, limits);
  connected.follow(server, guarded, tls !== undefined);
  await listening(server, host, port);
  // A connection that could not be taken, as where the system has no memory for it, costs no other.
  server.on('error', error => log(faultEntry(error)));
  if (!deliveryOnly) {
    schedule.start();
    watch.start();
    signer.start();
  }
  const followed = new AbortController();
  const following = kept.follow(followed.signal);
  const { port: bound } = server.address() as AddressInfo;

  let closed: Promise<void> | undefined;
  async function close(delay: number): Promise<void> {
    stopping = true;
    await sleep(delay);
    connected.closeUnsecured();
    await Promise.all([drain(server, connections, closing), schedule.close(), watch.close()]);
    followed.abort();
    await following;
    await work.close();
    await authenticator.close();
    await signer.close();
    integrity.close();
  }
  return {
    store,
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    renewCertificate(renewed) {
      if (tlsServer === undefined) throw new Error('This server speaks no TLS.');
      tlsServer.setSecureContext({ ...renewed });
    },
    close(delay = 0) {
      closed ??= close(delay);
      return closed;
    },
  };
}
