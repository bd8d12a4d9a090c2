/** What a series of failovers cost, for whoever watches it. */
import type { Applications } from './applications.ts';
import type { Authors } from './authors.ts';
import type { Witness } from './witness.ts';

/** In ms after the primary was lost. */
export interface Failover {
  /** Another server was the primary. */
  readonly elected: number;
  /** It committed a write of somebody else, on a standby as well. */
  readonly writable: number;
  /** Both registries acknowledged a write that was sent after the loss. */
  readonly resumed: number;
  /** Deliveries that failed meanwhile. */
  readonly failed: number;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export function tell(
  what: string,
  times: number,
  count: number,
  { elected, writable, resumed, failed }: Failover,
): void {
  console.log(
    `      ${what} ${times} of ${count}: elected after ${seconds(elected)}, writable after ${seconds(writable)}; the registries ${seconds(resumed - writable)} later; ${failed} deliveries failed`,
  );
}

export function tellSeries(
  what: string,
  failovers: readonly Failover[],
  load: {
    readonly authors: readonly Authors[];
    readonly applications: readonly Applications[];
    readonly witness: Witness;
    readonly forks: number;
  },
): void {
  const { authors, applications, witness, forks } = load;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const cluster = failovers.map(({ writable }) => writable);
  const own = failovers.map(({ writable, resumed }) => resumed - writable);
  const deliveries = sum(applications.map(each => each.delivered()));
  const failed = applications.flatMap(each => each.failed);
  const unknown = Math.max(...applications.map(each => each.longestUnknown()));
  console.log(`      ${what} ${failovers.length} times:
        the cluster takes writes again after ${spread(cluster)}
        the registries after ${spread(own)} more
        ${sum(authors.map(each => each.acknowledged()))} writes acknowledged, ${sum(authors.map(repeats))} repeated
        ${deliveries} deliveries, ${failed.length} failed; longest until the other registry knew a new prompt ${seconds(unknown)}
        ${witness.seen()} checkpoints, ${forks} of another log`);
  tellReasons(
    failed.map(each => `${each.status} ${each.detail} (${each.hadDelivered ? 'delivered before' : 'new'})`),
  );
  tellReasons(
    authors.flatMap(each => [...each.refusals()].flatMap(([why, n]) => Array<string>(n).fill(why))),
  );
}

function repeats({ refusals }: Authors): number {
  return [...refusals().values()].reduce((total, each) => total + each, 0);
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return `${seconds(median)} (median), ${seconds(sorted.at(-1) ?? 0)} (maximum)`;
}

function tellReasons(reasons: readonly string[]): void {
  const counts = Map.groupBy(reasons, each => each);
  for (const [reason, all] of counts) console.log(`        ${all.length} × ${reason}`);
}
