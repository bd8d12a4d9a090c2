/** The store of a company: PostgreSQL, with any number of processes on it, each of which shows another's commit within 100 ms. */
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
/** How long a database that is read-only is put up with before another server is looked for, in ms. */
const READ_ONLY_PAUSE = 1000;

export interface PostgresStoreOptions {
  /** In place of the database's clock, which is not looked at then. */
  readonly now?: () => Date;
  /** The clock of this machine, with which the database's is compared. */
  readonly machineClock?: () => Date;
  /** At most so many beside the one that watches; 10 by default. */
  readonly connections?: number;
  /** Whether notifications reach this process, which they do not through a pooler in transaction mode; true by default. */
  readonly listens?: boolean;
  /** Whether it refuses every write; false by default. */
  readonly readOnly?: boolean;
  /** What is not given is as by default. */
  readonly patience?: Partial<Patience>;
}

/**
 * A store on a database whose schema is this program's.
 * @throws ConnectionFailure, DatabaseError when the database cannot be watched
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

/** Kysely on a bounded pool of connections, which `destroy()` closes. */
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
  /** When a server was left that takes no writes, on performance.now(). */
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

  /** @param repeats after which errors `work` is done once more; where a connection had ended it is in any case */
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
        // A connection of the pool that had ended unnoticed, as after a restart: another one may do.
        const ended = error instanceof ConnectionFailure && !error.timedOut;
        const left = sqlState(error) === READ_ONLY && this.#leaveReadOnly();
        // A standby ends readings that keep it from following its primary.
        if (!again || !(ended || left || repeats(error))) throw asProblem(error);
      }
    }
  }

  /**
   * A primary that was made a standby takes no writes and may keep its connections: another server has taken its place,
   * and is found where this one was or among the others. Now and then, as a database may be read-only for good.
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

/** Reads one snapshot: what is committed meanwhile is not seen. */
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
  /** The newest schema that this program knows: nothing is written into a newer one. */
  readonly knownSchema?: number;
  /** What comes before waiting for others' writes. */
  readonly before?: (transaction: WriteTransaction) => Promise<unknown>;
  /** Whether others are told of the commit. */
  readonly notifies?: boolean;
  /** Told when all is done but the commit. */
  readonly done?: (transaction: WriteTransaction) => void;
  /** The database's time, in ms since 1970. */
  readonly toldTime?: (time: number) => void;
  readonly committed?: (revision: number) => void;
  /** The connection went away during the commit. */
  readonly unknown?: () => void;
}

/**
 * One transaction that no other write runs beside: it begins by changing the one row that all of them change, so each
 * statement after that sees all that was committed before. READ COMMITTED, as a snapshot from before the wait would be old.
 * @throws Problem `unavailable` when nobody can know whether it was committed
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
  // It arrives with the commit.
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

/** A connection that is gone has nothing to take back. */
async function rollBack(transaction: ControlledTransaction<Tables>): Promise<void> {
  if (!transaction.isCommitted && !transaction.isRolledBack)
    await transaction
      .rollback()
      .execute()
      .catch(() => {});
}
