/**
 * The connections of a store: so many and no more, none of which is waited for without end. A database that was
 * paused keeps its connections open and says nothing, so every statement has its time here as well as there.
 */
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Client, type ClientConfig, Pool, type PoolClient, types } from 'pg';
import type { DatabaseAddress } from './address.ts';
import { ConnectionFailure, isRefusal } from './failures.ts';

/** How long things are waited for, in ms. */
export interface Patience {
  /** A statement for others' locks. */
  readonly lock: number;
  /** The database's work on one statement. */
  readonly statement: number;
  /** Its answer. */
  readonly answer: number;
  /** The next rows of many, which it may have to look for or to sort. */
  readonly rows: number;
  /** A connection, whether it is to be made or others have them all. */
  readonly connect: number;
  /** The answer to the one who watches, before its connection counts as lost. */
  readonly watch: number;
  /** Between two questions whether anything was committed, where notifications come. */
  readonly poll: number;
  /** A database that is away, before what was kept of it is used no more. */
  readonly away: number;
}

export const PATIENCE: Patience = {
  lock: 5000,
  statement: 6000,
  answer: 7000,
  rows: 60_000,
  connect: 3000,
  watch: 2000,
  // A key that was revoked counts for a second at most, whatever becomes of the notification.
  poll: 500,
  // As long as caches are told by `stale-if-error`.
  away: 24 * 60 * 60 * 1000,
};
/** After how long the database ends a transaction in which nothing happens: a process that was paused holds up no other. */
const IDLE_IN_TRANSACTION_TIMEOUT = 10_000;
/** After how long an idle connection is closed, in ms. */
const IDLE_TIMEOUT = 30_000;

const INT8 = 20;

export function clientConfig({ config }: DatabaseAddress, patience: Patience = PATIENCE): ClientConfig {
  return {
    ...config,
    application_name: 'promptforge',
    keepAlive: true,
    connectionTimeoutMillis: patience.connect,
    lock_timeout: patience.lock,
    statement_timeout: patience.statement,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT,
    // Sequence numbers and counts: safe integers all.
    types: {
      getTypeParser: (oid, format) =>
        oid === INT8 && format !== 'binary' ? Number : types.getTypeParser(oid, format),
    },
  };
}

export interface PoolOptions {
  /** At most so many. */
  readonly connections: number;
  readonly patience?: Patience;
}

/** How many connections are in use, how many are not, and how many wait for one. */
export type ConnectionCounts = Readonly<Record<'busy' | 'idle' | 'waiting', number>>;

export interface BoundedPool extends PostgresPool {
  readonly counts: () => ConnectionCounts;
}

/** A pool as Kysely wants it; what fails between here and the database is a ConnectionFailure. */
export function boundedPool(
  address: DatabaseAddress,
  { connections: max, patience = PATIENCE }: PoolOptions,
): BoundedPool {
  const pool = new Pool({ ...clientConfig(address, patience), max, idleTimeoutMillis: IDLE_TIMEOUT });
  // One that goes away while nobody uses it is dropped; who asks next gets another.
  pool.on('error', () => {});
  // One that goes away in the moment it was made: whoever asks something of it learns of its end by the failure of
  // what was asked. Nobody has it yet, and what a database says last may come with what it said first.
  pool.on('connect', client => client.on('error', () => {}));
  const known = new WeakMap<PoolClient, TimedClient>();
  return {
    Client,
    options: pool.options,
    async connect() {
      const client = await pool.connect().catch(cause => {
        throw new ConnectionFailure(cause, /timeout/.test(cause.message));
      });
      const timed = known.get(client) ?? new TimedClient(client, patience);
      known.set(client, timed);
      return timed;
    },
    end: () => pool.end(),
    counts: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
  };
}

class TimedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #patience: Patience;
  #ended = false;

  constructor(client: PoolClient, patience: Patience) {
    this.#client = client;
    this.#patience = patience;
    client.once('end', () => {
      this.#ended = true;
    });
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    asked: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof asked === 'string') return answered(this.#client, asked, parameters, this.#patience.answer);
    return this.#read(asked);
  }

  release(discard?: boolean): void {
    this.#client.release(discard);
  }

  #read<R>(cursor: PostgresCursor<R>): PostgresCursor<R> {
    // A cursor is one statement to the database, however long its reader takes.
    this.#client.query('SET LOCAL statement_timeout = 0').catch(() => {});
    this.#client.query(cursor as never);
    const { rows, answer } = this.#patience;
    return {
      read: count => inTime(this.#client, rows, () => this.#whileOpen(() => cursor.read(count))),
      // Where it cannot be closed the transaction fails, by whatever is asked of it next.
      close: () => inTime(this.#client, answer, () => this.#whileOpen(() => cursor.close())).catch(() => {}),
    };
  }

  /** A cursor waits for ever for what a connection that ended did not say any more. @throws when it ends */
  #whileOpen<T>(asked: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => reject(new Error('The connection ended.'));
      if (this.#ended) return end();
      this.#client.once('end', end);
      asked()
        .then(resolve, reject)
        .finally(() => this.#client.off('end', end));
    });
  }
}

/** The answer of the database in time. @throws ConnectionFailure, DatabaseError for what the database refused */
export function answered<R>(
  client: Client | PoolClient,
  sql: string,
  parameters: readonly unknown[],
  timeout: number,
): Promise<PostgresQueryResult<R>> {
  const asked = () => client.query(sql, [...parameters]) as unknown as Promise<PostgresQueryResult<R>>;
  return inTime(client, timeout, asked);
}

/** What the database has to say to one thing that is `asked` of it. @throws as `answered` does */
async function inTime<T>(client: Client | PoolClient, timeout: number, asked: () => Promise<T>): Promise<T> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    // With a statement under way this destroys the socket, which fails the statement.
    void (client as Client).end().catch(() => {});
  }, timeout);
  try {
    return await asked();
  } catch (error) {
    throw isRefusal(error) ? error : new ConnectionFailure(error, timedOut);
  } finally {
    clearTimeout(timer);
  }
}
