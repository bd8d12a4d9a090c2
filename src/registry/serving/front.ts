/** The interfaces between the delivery threads of a registry and the server behind them. */
import type { ChainHead } from '../../core/event.ts';
import type { WriteKeyUses } from '../access/last-use.ts';
import type { CommitListener } from '../delivery/committing-store.ts';
import type { DeliverySpec } from '../delivery/delivery-cache.ts';

/** `process` excludes metrics that reveal what others publish, request and decide. */
export type MetricsPart = 'process' | 'registry';

/** Metrics of prom-client as plain data. */
export type MetricValues = readonly object[];

/** The metrics of one thread, in both parts. */
export type ThreadMetrics = Readonly<Record<MetricsPart, MetricValues>>;

/** The threads that deliver, for the server behind them. */
export interface DeliveryFront extends CommitListener {
  /** The number of threads that listen. */
  listening(): number;
  /** The metrics of each thread, and of those that ended, so that no counter decreases. */
  metrics(part: MetricsPart): Promise<readonly MetricValues[]>;
  /** Called when the log is found broken: the threads then deliver only what is in memory. */
  broken(message: string): void;
}

/** The server behind a delivery thread, which answers everything else. */
export interface Behind {
  /** The socket it listens on. */
  readonly socket: string;
  /** The end of the log when it was opened, verified against the signed head. */
  readonly seen: ChainHead;
  readonly writeUses?: WriteKeyUses;
  /** Called with a delivery requested from this thread, to be prepared again after commits. */
  readonly onKept: (spec: DeliverySpec) => void;
  /** Called when this thread finds the log broken. */
  readonly onBroken: (error: Error) => void;
  /** Called when this thread accepts no more connections. */
  readonly onDraining: () => void;
}
