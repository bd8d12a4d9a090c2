/** The registry as a server: the HTTP app behind `node:http`, from start to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { keyAuthenticator } from '../access/key-authenticator.ts';
import { type KeyUses, keyUsesInto } from '../access/last-use.ts';
import { screenKey } from '../access/screen-key.ts';
import { committingStore } from '../delivery/committing-store.ts';
import { deliveriesBy } from '../delivery/making.ts';
import { createApp } from '../http/app.ts';
import { deliveryOnly as onlyDelivering } from '../http/delivery-only.ts';
import type { RegistryIdentity } from '../identity.ts';
import { promotionSchedule } from '../promotions/schedule.ts';
import type { HeadFile } from '../proof/head-file.ts';
import { intactStore } from '../proof/intact-store.ts';
import { integrity as integrityOf } from '../proof/integrity.ts';
import { type SignerParts, signer as signerOf } from '../proof/signer.ts';
import { type LogWatchParts, logWatch } from '../proof/watch.ts';
import { memory } from '../registry-cache.ts';
import type { Store } from '../store/store.ts';
import { startWork, type WorkOptions } from '../tasks/work.ts';
import { trustedProxies } from './client-address.ts';
import { clients, trustedClient } from './clients.ts';
import { checkExposure, isLoopback } from './exposure.ts';
import { forwarder } from './forward.ts';
import type { Behind, DeliveryFront, ThreadMetrics } from './front.ts';
import { type Certificate, startHttpServer } from './http-server.ts';
import { type ConnectionLimits, FORWARDED_AT_ONCE, limitsOf } from './limits.ts';
import { counted, requestListener } from './listener.ts';
import { registryMetrics } from './metrics.ts';
import { type Admit, environmentRate, keyRate } from './rate.ts';
import { type RateMemories, rateMemories } from './rate-memories.ts';
import { recognizing } from './recognize.ts';
import { alarmEntry, faultEntry } from './request-log.ts';
import { requestNotes } from './request-notes.ts';
import { sender } from './send.ts';

export interface ServerOptions {
  /** The caller closes it after the server. */
  readonly store: Store;
  readonly identity?: RegistryIdentity;
  /** Stores the signed heads; without it they are only remembered while the server runs. The caller closes it. */
  readonly heads?: HeadFile;
  /** True if webhooks may send to this machine and private networks, and over HTTP; default: false. */
  readonly webhooksToPrivateNetworks?: boolean;
  /** The URL at which people reach the registry, without a trailing slash. */
  readonly publicUrl?: string | undefined;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** True if other threads listen on the same port. */
  readonly reusePort?: boolean;
  /** For the server behind delivery threads: it listens on this socket, and they listen on `host` and `port`. */
  readonly socket?: string;
  readonly front?: DeliveryFront;
  /** In a delivery thread: the server that answers everything else. Implies `deliveryOnly`. */
  readonly behind?: Behind;
  readonly tls?: Certificate;
  /**
   * True if it only delivers and never writes: it does not apply scheduled promotions, verify the log, or record uses
   * of keys.
   */
  readonly deliveryOnly?: boolean;
  /** True if a reverse proxy in front of it terminates TLS. */
  readonly behindProxy?: boolean;
  /** Addresses of proxies, or blocks of them, whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies?: readonly string[];
  /** Requests per second that a key may make on average; default: no limit. */
  readonly rateLimit?: number;
  /** The same for all keys of an environment together. */
  readonly environmentRateLimit?: number;
  /**
   * The counters of these limits and of requests without a valid key, if shared with other threads; default: its own.
   */
  readonly rates?: RateMemories;
  readonly limits?: Partial<ConnectionLimits>;
  /** The bytes that deliveries in memory may retain; default: `DELIVERY_CACHE_BYTES`. */
  readonly deliveryCache?: number;
  /** Options for long work outside this thread; for tests. */
  readonly work?: Partial<WorkOptions>;
  /** Pauses of the background verification of the log, in ms; for tests. */
  readonly watchPauses?: LogWatchParts['pauses'];
  /** Pauses of the signer, in ms; for tests. */
  readonly signerPauses?: SignerParts['pauses'];
  /** Called with an object for each log entry; never with a key, a query or a body. */
  readonly log: (entry: object) => void;
}

export interface RunningServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** The store of the server, which only writes if the log extends what this process has seen of it. */
  readonly store: Store;
  /**
   * Uses another certificate for new connections.
   * @throws Error if the server does not use TLS, or key and certificate do not match; the previous one then stays in
   * use
   */
  renewCertificate(tls: Certificate): void;
  /** Called when another thread finds the log broken: the server then writes nothing, and delivers only from memory. */
  reportBroken(error: Error): void;
  /** @throws Problem `unavailable` */
  writeKeyUses(uses: KeyUses): Promise<void>;
  /** The metrics of this thread. */
  metrics(): Promise<ThreadMetrics>;
  /** Called with commits of the server behind, which may change cached deliveries. */
  readonly committedElsewhere: DeliveryFront['committed'];
  /** Reports in `/healthz` and `/readyz` that it is stopping, but keeps answering. */
  stopping(): void;
  /** Ends waiting calls. */
  endWaiting(): void;
  /**
   * Keeps answering for `delay` ms while `/healthz` and `/readyz` report that it is stopping. Then accepts no more
   * connections, ends waiting calls, and lets other requests finish for 10 s. May be called twice.
   */
  close(delay?: number): Promise<void>;
}

/** Makes browsers use only HTTPS for a year after a visit (RFC 6797). */
const TLS_ONLY = { 'strict-transport-security': 'max-age=31536000' };

/**
 * @throws Problem `invalid_request` if it would listen beyond this machine without TLS, `unavailable` if it cannot
 * listen
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { identity, heads, front, behind, webhooksToPrivateNetworks = false, log } = options;
  const { host, port, reusePort = false, socket, tls } = options;
  const deliveryOnly = behind !== undefined || (options.deliveryOnly ?? false);
  checkExposure({ host, tls: tls !== undefined, behindProxy: options.behindProxy ?? false });
  const limits = limitsOf(options.limits ?? {});
  const closing = new AbortController();
  let isStopping = false;
  const onFault = (error: unknown) => log(faultEntry(error));
  const integrity = integrityOf({
    heads,
    seen: behind?.seen,
    onBroken(error) {
      if (behind !== undefined) return behind.onBroken(error);
      log(alarmEntry('log_broken', error));
      front?.broken(error.message);
    },
    onFault,
  });
  const work = startWork({ onFault, ...options.work });
  const { contents, maker } = deliveriesBy(work);
  const intact = intactStore(options.store, integrity);
  const kept = memory(intact, {
    integrity,
    onKept: behind?.onKept,
    ...(options.deliveryCache !== undefined && { deliveryBytes: options.deliveryCache }),
    // A server behind delivery threads gets no requests for deliveries.
    ...(front === undefined ? { maker } : { deliveryBytes: 0 }),
  });
  const store = committingStore(intact, kept, maker, front);
  const signer = signerOf({
    ...{ store, integrity, identity: identity ?? null, heads, onFault },
    ...(options.signerPauses && { pauses: options.signerPauses }),
  });
  const writeUses = deliveryOnly ? behind?.writeUses : keyUsesInto(store);
  const authenticator = keyAuthenticator(store, kept, { writeUses });
  const notes = requestNotes();
  const rates = options.rates ?? rateMemories();
  const admit = admission(options, rates);
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
    connections: () => (socket === undefined ? http.connections() : 0),
    logState,
    signed: () => signer.last()?.seq ?? 0,
    waiting: () => work.waiting,
    cached: kept.size,
    front,
  });
  const always = tls && socket === undefined ? TLS_ONLY : {};
  const send = sender(always);
  const proxies = options.trustedProxies ?? [];
  const connected =
    socket !== undefined
      ? trustedClient()
      : clients({
          limits,
          rates,
          trusted: trustedProxies(proxies),
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
    publicUrl: options.publicUrl,
    standing: {
      log: () => (deliveryOnly ? 'unverified' : logState().status),
      stopping: () => isStopping,
      metrics: { text: metrics.text, needsKey: !isLoopback(host) },
    },
    closing: closing.signal,
    maxWaitingPerKey: limits.maxWaitingPerKey,
    failoverTime: limits.failoverTime,
    onFault: (error, request) => log(faultEntry(error, notes.trace(request))),
    onRoute: notes.noteRoute,
    onCaller(request, caller) {
      notes.noteCaller(request, caller);
      connected.recognized(request, caller);
      admit(caller);
    },
    onDelivered: metrics.delivered,
  });
  const forwarding = behind && {
    forwarder: forwarder({
      socket: behind.socket,
      // The server behind gets the full time for its response.
      timeout: limits.requestTimeout + FORWARDING,
      maxUnderWay: Math.ceil(limits.maxConnections * FORWARDED_AT_ONCE),
      always,
    }),
    recognize: recognizing(authenticator, kept.kept, (request, caller) => {
      connected.recognized(request, caller);
      admit(caller);
    }),
  };
  const listener = requestListener({
    app: deliveryOnly ? onlyDelivering(whole) : whole,
    notes,
    counts: metrics.requests,
    log,
    onFault,
    stopping: () => isStopping,
    timeout: limits.requestTimeout,
    send,
    clients: connected,
    forwarding,
  });
  const http = await startHttpServer({
    endpoint: socket === undefined ? { host, port, reusePort } : { socket },
    tls: socket === undefined ? tls : undefined,
    ...{ limits, clients: connected, listener, onFault },
  });
  if (!deliveryOnly) {
    schedule.start();
    watch.start();
    signer.start();
  }
  const followed = new AbortController();
  const following = kept.follow(followed.signal);

  let closed: Promise<void> | undefined;
  async function close(delay: number): Promise<void> {
    isStopping = true;
    await sleep(delay);
    behind?.onDraining();
    await Promise.all([http.close(closing), schedule.close(), watch.close()]);
    forwarding?.forwarder.close();
    followed.abort();
    await following;
    await work.close();
    await authenticator.close();
    await signer.close();
    integrity.close();
  }
  return {
    store,
    url: http.url,
    renewCertificate: http.renewCertificate,
    reportBroken: integrity.report,
    writeKeyUses: keyUsesInto(store),
    metrics: metrics.ofThread,
    committedElsewhere: kept.committedElsewhere,
    stopping() {
      isStopping = true;
    },
    endWaiting: () => closing.abort(),
    close(delay = 0) {
      closed ??= close(delay);
      return closed;
    },
  };
}

/** The extra time of the server behind beyond its own limit for a response, in ms. */
const FORWARDING = 5000;

/** Counts a request of a caller. @throws Problem `rate_limited` */
function admission(
  { rateLimit, environmentRateLimit }: ServerOptions,
  { keys, environments }: RateMemories,
): Admit {
  const admitKey = rateLimit === undefined ? undefined : keyRate(rateLimit, keys);
  const admitEnvironment =
    environmentRateLimit === undefined ? undefined : environmentRate(environmentRateLimit, environments);
  return caller => {
    admitKey?.(caller);
    admitEnvironment?.(caller);
  };
}
