/** What the registry asks of a database. SQLite is behind it; another engine implements the same few members. */
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** One consistent snapshot to read from. */
export type Snapshot = Kysely<Tables>;
/** A write transaction: it sees all that was committed before it, and no other runs beside it. */
export type WriteTransaction = Transaction<Tables>;

export interface Store {
  /** The registry's clock; the log itself never runs backwards whatever it says. */
  readonly now: () => Date;
  /**
   * Runs `work` on one snapshot. It may run again if the database asks for it, so it changes nothing outside.
   * @throws Problem `unavailable` when the database cannot answer.
   */
  read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one write transaction, which commits when it resolves and leaves nothing when it rejects.
   * @throws Problem `unavailable` when the database stays locked, or is full.
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T>;
  /**
   * A number that differs from the last one after any process committed anything. What was kept from before is
   * only valid while it stays the same.
   */
  revision(): number;
  /** As `revision()`, but asked of the database every 5 ms at most; commits of this process show at once. */
  recentRevision(): number;
  /** Resolves when `revision()` is no longer `since`, after `timeout` ms, or when `signal` aborts; never rejects. */
  changed(since: number, timeout: number, signal: AbortSignal): Promise<void>;
  /** Ends every wait and closes the database. May be called twice. */
  close(): Promise<void>;
}
