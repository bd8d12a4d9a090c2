/**
 * Manages the delivery threads in the main thread: starts them with the server behind them, notifies them of its
 * commits, restarts one that ends unexpectedly, and closes them with the server.
 */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommittedEvent } from '../delivery/committed-event.ts';
import type { CachedDelivery } from '../delivery/delivery-cache.ts';
import { knownSpecs } from '../delivery/known-specs.ts';
import type { DeliveryFront, ThreadMetrics } from '../serving/front.ts';
import type { Certificate } from '../serving/http-server.ts';
import { listening } from '../serving/listening.ts';
import { type DeliveryThread, startDeliveryThread, type ThreadReport } from './delivery-thread-handle.ts';
import type { ThreadOrder } from './messages.ts';
import { threadFigures } from './thread-figures.ts';
import { watchThread } from './thread-watch.ts';

export interface DeliveryThreads {
  readonly front: DeliveryFront;
  /** Resolves with the URL when all threads listen. @throws Problem `unavailable` if one cannot */
  start(order: ThreadOrder): Promise<string>;
  renewCertificate(tls: Certificate): void;
  /** As `RunningServer.close`. */
  close(delay: number): Promise<void>;
}

export interface DeliveryThreadsParts {
  /** The number of threads; 1 or more. */
  readonly count: number;
  /** Called with the reports of a thread. */
  readonly onReport: (report: Exclude<ThreadReport, { kind: 'kept' }>) => void;
  /** Called when a thread ends unexpectedly. */
  readonly onFault: (error: unknown) => void;
}

/** About 20 MB. */
const MAX_SPECS = 50_000;
/** How long a write waits until no thread delivers earlier data, in ms. */
const PATIENCE = 1000;
/** How long a thread may take to close, in ms: its requests have 10 s. */
const CLOSING = 15_000;
/** The pause before a thread is restarted, in ms: doubled each time until one listens. */
const PAUSE = { first: 100, longest: 5000 };

export function deliveryThreads({ count, onReport, onFault }: DeliveryThreadsParts): DeliveryThreads {
  const running = new Set<DeliveryThread>();
  const specs = knownSpecs(MAX_SPECS);
  const figures = threadFigures<DeliveryThread>();
  let order: ThreadOrder | undefined;
  let tls: Certificate | undefined;
  let broken: string | null = null;
  let isClosing = false;

  async function startOne(from: ThreadOrder): Promise<DeliveryThread> {
    const thread = startDeliveryThread(
      { ...from, broken, serving: { ...from.serving, ...(tls && { tls }) } },
      report => {
        if (report.kind === 'kept') for (const spec of report.specs) specs.add(spec);
        else onReport(report);
      },
    );
    running.add(thread);
    void thread.ended.then(error => {
      running.delete(thread);
      void figures.ended(thread);
      if (isClosing || !thread.hasListened) return;
      onFault(error);
      void startAgain();
    });
    await thread.listening;
    watchThread(thread, counted => figures.said(thread, counted));
    return thread;
  }

  async function startAgain(): Promise<void> {
    for (let pause = PAUSE.first; !isClosing && order !== undefined; ) {
      await sleep(pause, undefined, { ref: false });
      if (isClosing) return;
      try {
        await startOne(order);
        return;
      } catch (error) {
        if (pause === PAUSE.first) onFault(error);
        pause = Math.min(2 * pause, PAUSE.longest);
      }
    }
  }

  return {
    front: {
      listening: () => [...running].filter(({ hasListened }) => hasListened).length,
      specsOf: specs.of,
      async committed(events, made) {
        const message = { kind: 'committed', events, made } as const;
        const delivering = [...running].filter(({ mayDeliver }) => mayDeliver);
        if (!events.some(event => mayBeDelivered(event, made))) {
          for (const thread of delivering) thread.tell(message);
          return;
        }
        const kept = delivering.map(thread => thread.ask(message));
        await Promise.race([Promise.all(kept), sleep(PATIENCE, undefined, { ref: false })]);
      },
      async metrics(part) {
        const listening = [...running].filter(({ hasListened }) => hasListened);
        const told = listening.map(async thread => {
          const counted = await thread.ask({ kind: 'metrics' });
          if (counted !== undefined) figures.said(thread, counted as ThreadMetrics);
        });
        // A slow thread contributes its last figures.
        await Promise.race([Promise.all(told), sleep(PATIENCE, undefined, { ref: false })]);
        return figures.all(part);
      },
      broken(message) {
        broken = message;
        for (const thread of running) thread.tell({ kind: 'broken', message });
      },
    },
    async start(from) {
      const { serving } = from;
      const shared = count === 1 ? serving : { ...serving, port: await freePort(serving), reusePort: true };
      const first = await startOne({ ...from, serving: shared });
      const url = await first.listening;
      const port = Number(new URL(url).port || (url.startsWith('https') ? 443 : 80));
      // Replacements listen on the same port.
      const next = { ...from, serving: { ...shared, port } };
      order = next;
      await Promise.all(Array.from({ length: count - 1 }, () => startOne(next)));
      return url;
    },
    renewCertificate(renewed) {
      tls = renewed;
      for (const thread of running) thread.tell({ kind: 'certificate', tls: renewed });
    },
    async close(delay) {
      isClosing = true;
      for (const thread of running) thread.tell({ kind: 'close', delay });
      const impatience = setTimeout(() => {
        for (const thread of running) thread.terminate();
      }, delay + CLOSING);
      await Promise.all([...running].map(thread => thread.ended));
      clearTimeout(impatience);
    },
  };
}

/** Returns true if an event may change what a thread delivers: publishing a version does if it was requested. */
function mayBeDelivered({ kind, key }: CommittedEvent, made: readonly CachedDelivery[]): boolean {
  if (kind === 'version.published') return made.length > 0;
  return key !== undefined || kind === 'promotion.applied' || kind === 'environment.set';
}

/** Finds a free port: threads that share a port would not notice another registry there. */
async function freePort({ host, port }: { host: string; port: number }): Promise<number> {
  const server = createServer();
  await listening(server, { host, port });
  const bound = server.address();
  await new Promise<void>(resolve => server.close(() => resolve()));
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
