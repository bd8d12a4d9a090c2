/** The registry's interface to a database, implemented for SQLite and PostgreSQL. */
import type { Kysely, Transaction } from 'kysely';
import { Problem } from '../../core/problem.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { Tables } from './tables.ts';

/** One consistent snapshot to read from. */
export type ReadSnapshot = Kysely<Tables>;
/** A write transaction: it sees all that was committed before it, and no other runs beside it. */
export type WriteTransaction = Transaction<Tables>;

export interface Store {
  /** The path of the SQLite database, which other threads may read directly; absent for other engines. */
  readonly file?: string;
  /** The registry's clock. The log's time never runs backwards, even if this does. */
  readonly now: () => Date;
  /**
   * Runs `work` on one snapshot. It may run again if the database requires it, so it must have no side effects.
   * @throws Problem `unavailable` when the database cannot answer.
   */
  read<T>(work: (snapshot: ReadSnapshot) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one write transaction, which is committed if it resolves and rolled back if it rejects. It may run
   * again if the database requires it, so it must have no side effects.
   * @throws Problem `unavailable` when the database stays locked, is full or is away; its message says whether the
   * change may have been made all the same.
   * @param ahead the queries that `work` begins with, which a database on a server then answers at once
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>, ahead?: ReadAhead): Promise<T>;
  /**
   * A number that changes after every commit: at once for this process's own, within 100 ms for another's. Cached data
   * is only valid while it stays the same, as it does while the database is away.
   */
  revision(): number;
  /** Like `revision()`, but may be 5 ms old if the database must be queried for it. */
  recentRevision(): number;
  /** The seq of the newest event at `revision()`; undefined if it is not known yet. */
  readonly newestSeq?: () => number | undefined;
  /** Resolves when `revision()` is no longer `since`, after `timeout` ms, or when `signal` aborts; never rejects. */
  changed(since: number, timeout: number, signal: AbortSignal): Promise<void>;
  /**
   * When the database stopped accepting connections, on performance.now(), as far as is known; undefined while it
   * accepts them.
   */
  awaySince(): number | undefined;
  /** Returns true if the database has been away for so long (a day) that cached data must no longer be used. */
  lost(): boolean;
  /**
   * The number of connections in use, of idle ones, and of callers that wait for one. Absent if there are no
   * connections.
   */
  readonly connections?: () => Readonly<Record<'busy' | 'idle' | 'waiting', number>>;
  /** Ends every wait and closes the database. May be called twice. */
  close(): Promise<void>;
}

/** The error of a write to a read-only store. */
export function readOnlyStore(): Problem {
  return new Problem(
    'unavailable',
    'This process has opened the registry for reading alone. Nothing was changed.',
  );
}
