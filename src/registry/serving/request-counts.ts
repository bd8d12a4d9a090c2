/**
 * Counts requests by route and status, and their durations, for Prometheus. Uses plain numbers, because prom-client
 * looks up labels by text each time, which costs a fifth of a delivery.
 */
import type { Metric, MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import { ROUTES } from '../../contract/routes.ts';

/** The requests of one method and route. */
export interface RequestCount {
  answered(status: number, ms: number): void;
}

export interface RequestCounts {
  /**
   * Returns the same object for the same arguments.
   * @param route with the names of its parameters, never their values
   */
  of(method: string, route: string): RequestCount;
}

/** In ms: a delivery from memory takes less than the first, a call that waits for changes up to the last. */
const BUCKETS = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000, 30_000];

const REQUESTS = 'promptforge_http_requests_total';
const DURATIONS = 'promptforge_http_request_duration_seconds';
export const REQUEST_METRICS: readonly string[] = [REQUESTS, DURATIONS];

/** Paths of calls that need a reader's key, or none. */
const READERS_PATHS: ReadonlySet<string> = new Set(
  Object.values(ROUTES)
    .filter(({ role }) => role === null || role === 'reader')
    .map(({ path }) => path),
);

interface Counted {
  readonly labels: { readonly method: string; readonly route: string };
  readonly byStatus: Map<number, number>;
  /** A count for each of `BUCKETS`, and one for longer requests. */
  readonly byBucket: number[];
  ms: number;
}

/** @param forReaders gets only the counts of calls that a reader's key may make */
export function requestCounts(registry: Registry, forReaders: Registry): RequestCounts {
  const all = new Map<string, Counted & RequestCount>();
  const register = (into: Registry, counts: () => Counted[]) => {
    into.registerMetric(
      metric(REQUESTS, 'Requests that were answered.', 'counter', () => counts().flatMap(byStatus)),
    );
    into.registerMetric(
      metric(DURATIONS, 'How long the answers took.', 'histogram', () => counts().flatMap(byBucket)),
    );
  };
  register(registry, () => [...all.values()]);
  register(forReaders, () => [...all.values()].filter(({ labels: { route } }) => READERS_PATHS.has(route)));
  return {
    of(method, route) {
      const place = `${method} ${route}`;
      const known = all.get(place);
      if (known !== undefined) return known;
      const made = counted({ method, route });
      all.set(place, made);
      return made;
    },
  };
}

function counted(labels: Counted['labels']): Counted & RequestCount {
  const byStatus = new Map<number, number>();
  const byBucket = Array.from({ length: BUCKETS.length + 1 }, () => 0);
  return {
    labels,
    byStatus,
    byBucket,
    ms: 0,
    answered(status, ms) {
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      let bucket = 0;
      while (bucket < BUCKETS.length && ms > (BUCKETS[bucket] ?? 0)) bucket++;
      byBucket[bucket] = (byBucket[bucket] ?? 0) + 1;
      this.ms += ms;
    },
  };
}

type Value = MetricValue<string> & { readonly metricName?: string };

function byStatus({ labels, byStatus }: Counted): Value[] {
  return [...byStatus].map(([status, value]) => ({ labels: { ...labels, status }, value }));
}

/** Prometheus' buckets are cumulative. */
function byBucket({ labels, byBucket, ms }: Counted): Value[] {
  let total = 0;
  const buckets = byBucket.map((count, index) => {
    total += count;
    const limit = BUCKETS[index];
    const le = limit === undefined ? '+Inf' : limit / 1000;
    return { labels: { le, ...labels }, value: total, metricName: `${DURATIONS}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: ms / 1000, metricName: `${DURATIONS}_sum` },
    { labels, value: total, metricName: `${DURATIONS}_count` },
  ];
}

/** A metric in the form that prom-client's registry expects. */
function metric(name: string, help: string, type: string, values: () => Value[]): Metric<string> {
  const given = { name, help, aggregator: 'sum' };
  const get = async (): Promise<MetricObjectWithValues<Value>> =>
    ({ ...given, type, values: values() }) as unknown as MetricObjectWithValues<Value>;
  return { ...given, get, reset() {} } as unknown as Metric<string>;
}
