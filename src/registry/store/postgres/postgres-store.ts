/** The PostgreSQL store, for any number of processes, each of which sees another's commit within 100 ms. */
import { type ControlledTransaction, Kysely, PostgresDialect, sql } from 'kysely';
import Cursor from 'pg-cursor';
import { Problem } from '../../../core/problem.ts';
import { databaseClockRule, takeClockRuleOf, useClockRule } from '../clock.ts';
import { takeMacsOf } from '../macs.ts';
import { notedIn } from '../noted.ts';
import type { ReadAhead } from '../read-ahead.ts';
import { type SharedCommits, sharedCommits } from '../shared-commits.ts';
import { type ReadSnapshot, readOnlyStore, type Store, type WriteTransaction } from '../store.ts';
import type { Tables } from '../tables.ts';
import { takeVerifiedRows } from '../verified-rows.ts';
import type { DatabaseAddress } from './address.ts';
import {
  asProblem,
  away,
  broughtForward,
  ConnectionFailure,
  closing,
  commitUnknown,
  isRefusal,
  isWorthAnotherTry,
  sqlState,
} from './failures.ts';
import { POSTGRES_MIGRATIONS } from './migrations.ts';
import { PATIENCE, type Patience } from './patience.ts';
import { type BoundedPool, boundedPool, type ConnectionCounts, type PoolOptions } from './pool.ts';
import { Servers } from './servers.ts';
import { CHANNEL, DATABASE_TIME, Watch } from './watch.ts';

/** How long a write waits for others' writes, in ms. */
const WRITE_PATIENCE = 5000;
const CONNECTIONS = 10;
/** read_only_sql_transaction */
const READ_ONLY = '25006';
/** The minimum time between two searches for another server because a database is read-only, in ms. */
const READ_ONLY_PAUSE = 1000;

export interface PostgresStoreOptions {
  /** Replaces the database's clock, which is not used then. */
  readonly now?: () => Date;
  /** The clock of this machine, to check the database's. */
  readonly machineClock?: () => Date;
  /** The maximum number beside the watching connection; default: 10. */
  readonly connections?: number;
  /** True if notifications reach this process, unlike through a pooler in transaction mode; default: true. */
  readonly listens?: boolean;
  /** True to refuse every write; default: false. */
  readonly readOnly?: boolean;
  /** Default for each member: that of `PATIENCE`. */
  readonly patience?: Partial<Patience>;
}

/**
 * Opens a store on a database with this program's schema.
 * @throws ConnectionFailure, DatabaseError if the database cannot be watched
 */
export async function connectPostgresStore(
  address: DatabaseAddress,
  options: PostgresStoreOptions,
): Promise<Store> {
  const { now, machineClock = () => new Date(), patience: given } = options;
  const { connections = CONNECTIONS, listens = true, readOnly = false } = options;
  const patience = { ...PATIENCE, ...given };
  const servers = new Servers(address, patience);
  const pool = boundedPool(servers, { connections, patience });
  const watch = new Watch(servers, { listens, patience, onServerLost: pool.renew });
  await watch.start();
  const store = new PostgresStore(pool, watch, now ?? (() => watch.now()), readOnly);
  if (now === undefined) useClockRule(store, databaseClockRule(machineClock));
  return store;
}

/** Kysely with a bounded pool of connections, which `destroy()` closes. */
export function kyselyOn(address: DatabaseAddress, options: PoolOptions): Kysely<Tables> {
  return kyselyOver(boundedPool(new Servers(address, options.patience), options));
}

function kyselyOver(pool: BoundedPool): Kysely<Tables> {
  return new Kysely({ dialect: new PostgresDialect({ pool, cursor: Cursor }) });
}

class PostgresStore implements Store {
  readonly now: () => Date;
  readonly connections: () => ConnectionCounts;
  readonly #pool: BoundedPool;
  readonly #database: Kysely<Tables>;
  readonly #watch: Watch;
  readonly #readOnly: boolean;
  readonly #commits: SharedCommits;
  /** When a read-only server was last left, on performance.now(). */
  #leftAt = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | undefined;

  constructor(pool: BoundedPool, watch: Watch, now: () => Date, readOnly: boolean) {
    this.now = now;
    this.#readOnly = readOnly;
    this.connections = pool.counts;
    this.#pool = pool;
    this.#database = kyselyOver(pool);
    this.#watch = watch;
    this.#commits = sharedCommits({
      commit: all => this.#commit(all),
      savepoints: {
        set: transaction => sql`SAVEPOINT one`.execute(transaction),
        back: async (transaction, error) => {
          if (isWorthAnotherTry(error)) throw error;
          await sql`ROLLBACK TO SAVEPOINT one`.execute(transaction);
        },
      },
      patience: WRITE_PATIENCE,
      tooLong: () =>
        new Problem(
          'unavailable',
          'The registry is busy with other writes. Nothing was changed; try again soon.',
        ),
    });
  }

  async read<T>(work: (snapshot: ReadSnapshot) => Promise<T>): Promise<T> {
    const authenticated = (snapshot: ReadSnapshot): Promise<T> => {
      takeMacsOf(this, snapshot);
      return work(snapshot);
    };
    return this.#answering(() => readSnapshot(this.#database, authenticated), isWorthAnotherTry);
  }

  async write<T>(work: (transaction: WriteTransaction) => Promise<T>, ahead?: ReadAhead): Promise<T> {
    if (this.#readOnly) throw readOnlyStore();
    return this.#answering(() => this.#commits.write(work, ahead));
  }

  async #commit(all: (transaction: WriteTransaction) => Promise<void>): Promise<void> {
    const deadline = performance.now() + WRITE_PATIENCE;
    const authenticated = (transaction: WriteTransaction): Promise<void> => {
      takeMacsOf(this, transaction);
      takeClockRuleOf(this, transaction);
      takeVerifiedRows(this, transaction);
      return all(transaction);
    };
    for (;;) {
      let newest: number | undefined;
      try {
        await writeInTurn(this.#database, authenticated, {
          knownSchema: POSTGRES_MIGRATIONS.length,
          notifies: this.#watch.notifies,
          done: transaction => {
            newest = notedIn(transaction).events.at(-1)?.seq;
          },
          toldTime: time => this.#watch.toldTime(time),
          committed: revision => this.#watch.saw(revision, newest),
          unknown: () => this.#watch.doubt(),
        });
        return;
      } catch (error) {
        if (!isWorthAnotherTry(error) || performance.now() > deadline) throw error;
      }
    }
  }

  revision(): number {
    return this.#watch.revision;
  }

  newestSeq = (): number | undefined => this.#watch.newestSeq;

  recentRevision(): number {
    return this.#watch.revision;
  }

  awaySince(): number | undefined {
    return this.#watch.awaySince;
  }

  lost(): boolean {
    return this.#watch.lost;
  }

  changed(since: number, timeout: number, signal: AbortSignal): Promise<void> {
    return this.#watch.changed(since, timeout, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#watch.close().then(() => this.#database.destroy());
    return this.#closing;
  }

  /**
   * @param repeats returns true for errors after which `work` is repeated once, as it always is after a lost connection
   */
  async #answering<T>(
    work: () => Promise<T>,
    repeats: (error: unknown) => boolean = () => false,
  ): Promise<T> {
    for (let again = true; ; again = false) {
      if (this.#closing !== undefined) throw closing();
      if (this.#watch.away) throw away();
      try {
        return await work();
      } catch (error) {
        // The connection had ended unnoticed, for example after a restart: another one may work.
        const ended = error instanceof ConnectionFailure && !error.timedOut;
        const left = sqlState(error) === READ_ONLY && this.#leaveReadOnly();
        // A standby cancels reads that keep it from following its primary.
        if (!again || !(ended || left || repeats(error))) throw asProblem(error);
      }
    }
  }

  /**
   * A primary that became a standby refuses writes but may keep its connections: its successor is at the same address
   * or among the other servers. Rate-limited, because a database may be read-only permanently.
   * @returns whether to try again
   */
  #leaveReadOnly(): boolean {
    if (performance.now() - this.#leftAt < READ_ONLY_PAUSE) return false;
    this.#leftAt = performance.now();
    this.#pool.renew();
    this.#watch.reconnect();
    return true;
  }
}

/** Reads one snapshot: later commits are not visible. */
export async function readSnapshot<T>(
  database: Kysely<Tables>,
  work: (snapshot: ReadSnapshot) => Promise<T>,
): Promise<T> {
  const transaction = await database
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute();
  try {
    const result = await work(transaction);
    await transaction.commit().execute();
    return result;
  } catch (error) {
    await rollBack(transaction);
    throw error;
  }
}

interface WriteSteps {
  /** The newest schema that this program knows; a newer one is not written to. */
  readonly knownSchema?: number;
  /** Runs before the wait for other writes. */
  readonly before?: (transaction: WriteTransaction) => Promise<unknown>;
  /** True to notify others of the commit. */
  readonly notifies?: boolean;
  /** Called when only the commit remains. */
  readonly done?: (transaction: WriteTransaction) => void;
  /** Called with the database's time, in ms since 1970. */
  readonly toldTime?: (time: number) => void;
  readonly committed?: (revision: number) => void;
  /** Called if the connection is lost during the commit. */
  readonly unknown?: () => void;
}

/**
 * Runs one transaction while no other write runs: it first changes a row that all writes change, so each later
 * statement sees all earlier commits. READ COMMITTED, because a snapshot from before the wait would be outdated.
 * @throws Problem `unavailable` if it is unknown whether it was committed
 */
export async function writeInTurn<T>(
  database: Kysely<Tables>,
  work: (transaction: WriteTransaction) => Promise<T>,
  { knownSchema, before, toldTime, notifies = false, done, committed, unknown }: WriteSteps = {},
): Promise<T> {
  const transaction = await database.startTransaction().setIsolationLevel('read committed').execute();
  let revision: number;
  let result: T;
  try {
    await before?.(transaction);
    revision = await takeTurn(transaction, knownSchema, toldTime, notifies);
    result = await work(transaction);
    done?.(transaction);
  } catch (error) {
    await rollBack(transaction);
    throw error;
  }
  try {
    await transaction.commit().execute();
  } catch (error) {
    await rollBack(transaction);
    if (isRefusal(error) && sqlState(error) !== STATEMENT_COMPLETION_UNKNOWN) throw error;
    if (!(error instanceof ConnectionFailure) && sqlState(error) === undefined) throw error;
    unknown?.();
    throw commitUnknown(error);
  }
  committed?.(revision);
  return result;
}

const STATEMENT_COMPLETION_UNKNOWN = '40003';

async function takeTurn(
  transaction: WriteTransaction,
  knownSchema = Number.POSITIVE_INFINITY,
  toldTime: (time: number) => void = () => {},
  notifies = false,
): Promise<number> {
  // The notification is sent with the commit.
  const notified = notifies ? sql`, pg_notify(${sql.lit(CHANNEL)}, revision::text)` : sql``;
  const { rows } = await sql<{ revision: number; schema: number; time: number }>`
    UPDATE promptforge_registry SET revision = revision + 1
    RETURNING revision, schema_version AS schema, ${sql.raw(DATABASE_TIME)} AS time${notified}`.execute(
    transaction,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The table promptforge_registry has lost its row.');
  if (row.schema > knownSchema) throw broughtForward(row.schema, knownSchema);
  toldTime(row.time);
  return row.revision;
}

/** Ignores failures: a lost connection has nothing to roll back. */
async function rollBack(transaction: ControlledTransaction<Tables>): Promise<void> {
  if (!transaction.isCommitted && !transaction.isRolledBack)
    await transaction
      .rollback()
      .execute()
      .catch(() => {});
}
