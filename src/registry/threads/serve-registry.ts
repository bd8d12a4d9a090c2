/**
 * Serves a registry: deliveries in their own threads, so that authors, renderings and the database do not block them,
 * and everything else in this thread, behind them.
 */
import { createSecureContext } from 'node:tls';
import { Cleanup } from '../../core/cleanup.ts';
import { CHAIN_START } from '../../core/event.ts';
import { DELIVERY_CACHE_BYTES } from '../delivery/delivery-cache.ts';
import type { RegistryPlace } from '../open-registry.ts';
import { limitsOf } from '../serving/limits.ts';
import { rateMemories } from '../serving/rate-memories.ts';
import { faultEntry } from '../serving/request-log.ts';
import { type RunningServer, type ServerOptions, startServer } from '../serving/server.ts';
import { sharedLimits } from '../serving/shared-limits.ts';
import { deliveryThreads } from './delivery-threads.ts';
import { giveWay, priorityNow } from './priority.ts';
import { privateSocket } from './socket.ts';

export interface RegistryServingOptions
  extends Omit<ServerOptions, 'socket' | 'front' | 'behind' | 'reusePort'> {
  /** The registry that each thread opens for itself. */
  readonly place: RegistryPlace;
  /** The number of delivery threads; 0: deliveries share this thread with everything else. */
  readonly workers: number;
  /**
   * True if the calling thread permanently yields to the delivery threads, which only the owner of the process can
   * decide; default: false.
   */
  readonly yields?: boolean;
}

export type ServedRegistry = Pick<RunningServer, 'url' | 'store' | 'renewCertificate' | 'close'>;

/** @throws Problem as `startServer`; `unavailable` if a thread cannot start */
export async function serveRegistry(options: RegistryServingOptions): Promise<ServedRegistry> {
  const { place, workers, log, heads, deliveryOnly = false, yields = false } = options;
  // A process that only delivers has nothing to separate.
  if (workers === 0 || (deliveryOnly && workers === 1)) return startServer(options);
  const { rateLimit, environmentRateLimit, ...others } = options;
  const { host, port, tls, behindProxy, trustedProxies, limits } = others;
  const { deliveryCache = DELIVERY_CACHE_BYTES } = others;
  await using closing = new Cleanup();
  const socket = closing.use(await privateSocket());
  let server: RunningServer | undefined;
  const threads = deliveryThreads({
    count: workers,
    onReport(report) {
      if (report.kind === 'log') log(report.entry);
      else if (report.kind === 'broken') server?.reportBroken(new Error(report.message));
      else if (report.kind === 'draining') server?.endWaiting();
      // The next use reports it again.
      else server?.writeKeyUses(report.uses).catch(() => {});
    },
    onFault: error => log(faultEntry(error)),
  });
  const behind = await startServer({ ...others, socket: socket.path, front: threads.front });
  server = behind;
  closing.defer(() => behind.close());
  closing.defer(() => threads.close(0));
  const url = await threads.start({
    place,
    serving: {
      ...{ host, port },
      ...(tls && { tls }),
      ...(behindProxy !== undefined && { behindProxy }),
      ...(trustedProxies && { trustedProxies }),
      ...(rateLimit !== undefined && { rateLimit }),
      ...(environmentRateLimit !== undefined && { environmentRateLimit }),
      rates: rateMemories(),
      limits: sharedLimits(limitsOf(limits ?? {}), workers),
      // Together, the threads cache as much as one would.
      deliveryCache: Math.ceil(deliveryCache / workers),
    },
    socket: socket.path,
    seen: heads?.read().checkpoint ?? CHAIN_START,
    broken: null,
    notesUse: !deliveryOnly,
    priority: priorityNow(),
  });
  if (yields) giveWay();
  const opened = closing.move();
  let closed: Promise<void> | undefined;
  async function close(delay: number): Promise<void> {
    await using _ = opened;
    behind.stopping();
    await threads.close(delay);
  }
  return {
    url,
    store: behind.store,
    renewCertificate(renewed) {
      if (tls === undefined) throw new Error('This server speaks no TLS.');
      // Refuse an invalid certificate here: a thread that gets it ends, and so does each replacement.
      createSecureContext({ ...renewed });
      threads.renewCertificate(renewed);
    },
    close(delay = 0) {
      closed ??= close(delay);
      return closed;
    },
  };
}
