/** What the registry asks of a database. SQLite and PostgreSQL are behind it; another engine implements the same few members. */
import type { Kysely, Transaction } from 'kysely';
import { Problem } from '../../core/problem.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { Tables } from './tables.ts';

/** One consistent snapshot to read from. */
export type ReadSnapshot = Kysely<Tables>;
/** A write transaction: it sees all that was committed before it, and no other runs beside it. */
export type WriteTransaction = Transaction<Tables>;

export interface Store {
  /** The SQLite database, which other threads may read by themselves; absent where it is no file. */
  readonly file?: string;
  /** The registry's clock; the log itself never runs backwards whatever it says. */
  readonly now: () => Date;
  /**
   * Runs `work` on one snapshot. It may run again if the database asks for it, so it changes nothing outside.
   * @throws Problem `unavailable` when the database cannot answer.
   */
  read<T>(work: (snapshot: ReadSnapshot) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one write transaction, which commits when it resolves and leaves nothing when it rejects. It may
   * run again if the database asks for it, so it changes nothing outside.
   * @throws Problem `unavailable` when the database stays locked, is full or is away; its message says whether
   * something may have been changed all the same.
   * @param ahead what `work` begins with, which a database on a server then answers at once
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>, ahead?: ReadAhead): Promise<T>;
  /**
   * A number that differs from the last one after any process committed anything: at once for this process's own
   * commits, for another's at once or within 100 ms. What was kept from before is only valid while it stays the same;
   * while the database is away it does.
   */
  revision(): number;
  /** As `revision()`, but at most 5 ms old where the database must be asked for it. */
  recentRevision(): number;
  /** The number of the newest event at `revision()`; undefined where nobody has told yet. */
  readonly newestSeq?: () => number | undefined;
  /** Resolves when `revision()` is no longer `since`, after `timeout` ms, or when `signal` aborts; never rejects. */
  changed(since: number, timeout: number, signal: AbortSignal): Promise<void>;
  /** Since when the database takes no connection, on performance.now(), as far as is known; undefined while it does. */
  awaySince(): number | undefined;
  /** Whether the database has been away for so long (a day) that what was kept from before must not be used any more. */
  lost(): boolean;
  /** Of the connections to a database: those in use, those that are idle, and how many wait for one. Absent without any. */
  readonly connections?: () => Readonly<Record<'busy' | 'idle' | 'waiting', number>>;
  /** Ends every wait and closes the database. May be called twice. */
  close(): Promise<void>;
}

/** Why a store that was opened for reading alone writes nothing. */
export function readOnlyStore(): Problem {
  return new Problem(
    'unavailable',
    'This process has opened the registry for reading alone. Nothing was changed.',
  );
}
