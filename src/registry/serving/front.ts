/** The two sides of a registry whose deliveries have threads of their own, as a server on either side knows the other. */
import type { ChainHead } from '../../core/event.ts';
import type { WriteKeyUses } from '../access/last-use.ts';
import type { CommitListener } from '../delivery/committing-store.ts';
import type { DeliverySpec } from '../delivery/delivery-cache.ts';

/** `process`: without what tells how much others publish, ask for and decide. */
export type MetricsPart = 'process' | 'registry';

/** Metrics of prom-client as plain data. */
export type MetricValues = readonly object[];

/** Of one thread, in both parts. */
export type ThreadMetrics = Readonly<Record<MetricsPart, MetricValues>>;

/** The threads that deliver, for the server behind them. */
export interface DeliveryFront extends CommitListener {
  /** How many of them listen. */
  listening(): number;
  /** Of each thread, and of those that ended, so that no counter goes back. */
  metrics(part: MetricsPart): Promise<readonly MetricValues[]>;
  /** Something was found false: they deliver only what they had in memory. */
  broken(message: string): void;
}

/** The server that answers what the delivering threads do not, for one of them. */
export interface Behind {
  /** The socket it listens on. */
  readonly socket: string;
  /** Where the log ended when it was opened, and was held to what was signed. */
  readonly seen: ChainHead;
  readonly writeUses?: WriteKeyUses;
  /** Told of what somebody asked this thread for, which is to be made again of what is committed. */
  readonly onKept: (spec: DeliverySpec) => void;
  /** Told what this thread found false. */
  readonly onBroken: (error: Error) => void;
  /** Told when this thread accepts no more connections. */
  readonly onDraining: () => void;
}
