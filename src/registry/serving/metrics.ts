/** Prometheus metrics of a process: its requests, memory and database, and the log of its registry. */
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { EventKind } from '../../core/event.ts';
import type { LogWatchState } from '../proof/watch.ts';
import { logHead } from '../store/log.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import type { DeliveryFront, MetricsPart, ThreadMetrics } from './front.ts';
import { REQUEST_METRICS, type RequestCounts, requestCounts } from './request-counts.ts';

export interface Metrics {
  readonly requests: RequestCounts;
  /** Counts a delivery from memory or from the database. */
  delivered(from: 'memory' | 'database'): void;
  /** Counts a connection that was closed because there were too many. */
  refused(): void;
  /**
   * The metrics in Prometheus' text format, including those of the delivery threads. Queries the database for new
   * events.
   */
  text(part: MetricsPart): Promise<string>;
  /** The counters of a delivery thread, for the server behind it to add up. */
  ofThread(): Promise<ThreadMetrics>;
}

export interface MeasuredParts {
  readonly store: Store;
  /** The number of open connections. */
  readonly connections: () => number;
  readonly logState: () => LogWatchState;
  /** The seq of the last event that this process signed; 0 if there is none. */
  readonly signed: () => number;
  /** The number of requests that wait for a thread. */
  readonly waiting: () => number;
  /** Bytes retained by the deliveries in memory, and their number. */
  readonly cached: () => { readonly bytes: number; readonly entries: number };
  readonly front?: Pick<DeliveryFront, 'metrics' | 'listening'> | undefined;
}

/** Metrics of each thread; the others belong to the registry and are reported once. */
const OF_EACH_THREAD: ReadonlySet<string> = new Set([
  ...REQUEST_METRICS,
  'promptforge_deliveries_total',
  'promptforge_http_connections_refused_total',
  'promptforge_http_connections',
  'promptforge_requests_waiting',
  'promptforge_delivery_cache_bytes',
  'promptforge_delivery_cache_entries',
  'promptforge_database_connections',
]);

export function registryMetrics({
  store,
  connections,
  logState,
  signed,
  waiting,
  cached,
  front,
}: MeasuredParts): Metrics {
  const registry = new Registry();
  const process = new Registry();
  const registers = [registry, process];
  const ofLog = [registry];
  const ofNode = processMetrics();
  const requests = requestCounts(registry, process);
  const delivered = { memory: 0, database: 0 };
  new Counter({
    name: 'promptforge_deliveries_total',
    help: 'Deliveries by where they came from.',
    labelNames: ['from'],
    registers,
    // Counted separately, because prom-client takes longer to find the label than a delivery from memory takes.
    collect() {
      for (const from of ['memory', 'database'] as const) this.inc({ from }, delivered[from]);
      Object.assign(delivered, { memory: 0, database: 0 });
    },
  });
  const refusals = new Counter({
    name: 'promptforge_http_connections_refused_total',
    help: 'Connections that were closed at once because --max-connections were open.',
    registers,
  });
  new Gauge({
    name: 'promptforge_http_connections',
    help: 'Connections that are open.',
    registers,
    collect() {
      this.set(connections());
    },
  });
  new Gauge({
    name: 'promptforge_requests_waiting',
    help: 'Long requests that wait for a worker process.',
    registers,
    collect() {
      this.set(waiting());
    },
  });
  new Gauge({
    name: 'promptforge_delivery_cache_bytes',
    help: 'What the deliveries in memory retain; --delivery-cache bounds it.',
    registers: ofLog,
    collect() {
      this.set(cached().bytes);
    },
  });
  new Gauge({
    name: 'promptforge_delivery_cache_entries',
    help: 'Deliveries in memory.',
    registers: ofLog,
    collect() {
      this.set(cached().entries);
    },
  });
  if (front !== undefined)
    new Gauge({
      name: 'promptforge_delivery_threads',
      help: 'Threads that deliver and listen now; where it stays below --workers, one does not start again.',
      registers,
      collect() {
        this.set(front.listening());
      },
    });
  const up = new Gauge({
    name: 'promptforge_database_up',
    help: '1: the database answered when this was asked for.',
    registers,
  });
  new Gauge({
    name: 'promptforge_database_connections',
    help: 'Connections to the database: in use, idle, and requests that wait for one. None for a data folder.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(store.connections?.() ?? {})) this.set({ state }, count);
    },
  });
  const logEvents = new Gauge({
    name: 'promptforge_log_events',
    help: 'Events in the log: the length of its chain.',
    registers: ofLog,
  });
  new Gauge({
    name: 'promptforge_log_verified_events',
    help: 'Events up to which this process has verified the log.',
    registers: ofLog,
    collect() {
      this.set(logState().head.seq);
    },
  });
  new Gauge({
    name: 'promptforge_log_broken',
    help: '1: this process has found that the log, a source or a table was changed behind the registry. Raise an alarm.',
    registers,
    collect() {
      this.set(logState().status === 'broken' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'promptforge_log_signed_events',
    help: 'Events up to which this process has signed the log. Where it stays behind promptforge_log_events, nothing is signed.',
    registers: ofLog,
    collect() {
      this.set(signed());
    },
  });
  const events = new Counter({
    name: 'promptforge_events_total',
    help: 'Events by kind since this process was first asked: promotion.applied, version.published and so on. Every process of a registry counts all of them.',
    labelNames: ['kind', 'environment'],
    registers: ofLog,
  });
  const promotionsWaiting = new Gauge({
    name: 'promptforge_promotions_waiting',
    help: 'Promotions that wait for approvals (pending) or for their time (planned).',
    labelNames: ['environment', 'state'],
    registers: ofLog,
  });

  const ofPart = (part: MetricsPart) => (part === 'process' ? process : registry);

  /** The seq up to which `events` has counted; undefined if it has not started. */
  let counted: number | undefined;

  async function ask(): Promise<void> {
    try {
      const since = counted;
      const found = await store.read(snapshot => readFigures(snapshot, since));
      up.set(1);
      logEvents.set(found.head);
      promotionsWaiting.reset();
      for (const { environment, state, count } of found.waiting)
        promotionsWaiting.set({ environment, state }, count);
      // A concurrent call has already counted them.
      if (counted !== since) return;
      for (const { kind, environment, count } of found.events)
        events.inc({ kind, environment: environment ?? '' }, count);
      counted = found.head;
    } catch {
      up.set(0);
    }
  }

  return {
    requests,
    delivered: from => void delivered[from]++,
    refused: () => refusals.inc(),
    async text(part) {
      await ask();
      const [own, threads] = await Promise.all([ofPart(part).getMetricsAsJSON(), front?.metrics(part) ?? []]);
      const all = AggregatorRegistry.aggregate([own, ...threads] as object[]);
      return (await all.metrics()) + (await ofNode.metrics());
    },
    ofThread: async () => ({ process: await own(process), registry: await own(registry) }),
  };
}

async function own(registry: Registry): Promise<object[]> {
  return (await registry.getMetricsAsJSON()).filter(({ name }) => OF_EACH_THREAD.has(name));
}

let processRegistry: Registry | undefined;

/**
 * Processor time, memory, event loop and garbage collection: shared by all servers of a process, because collection
 * never stops.
 */
function processMetrics(): Registry {
  if (processRegistry !== undefined) return processRegistry;
  processRegistry = new Registry();
  collectDefaultMetrics({ register: processRegistry });
  return processRegistry;
}

interface Figures {
  readonly head: number;
  readonly waiting: readonly { environment: string; state: string; count: number }[];
  readonly events: readonly { kind: EventKind; environment: string | null; count: number }[];
}

async function readFigures(snapshot: ReadSnapshot, since: number | undefined): Promise<Figures> {
  const { seq: head } = await logHead(snapshot);
  const waiting = await snapshot
    .selectFrom('promotions')
    .select(['environment', 'state', ({ fn }) => fn.countAll<number>().as('count')])
    .where('state', 'in', ['pending', 'planned'])
    .groupBy(['environment', 'state'])
    .execute();
  if (since === undefined || since >= head) return { head, waiting, events: [] };
  const events = await snapshot
    .selectFrom('events')
    .select(['kind', 'environment', ({ fn }) => fn.countAll<number>().as('count')])
    .where('seq', '>', since)
    .where('seq', '<=', head)
    .groupBy(['kind', 'environment'])
    .execute();
  return { head, waiting, events };
}
