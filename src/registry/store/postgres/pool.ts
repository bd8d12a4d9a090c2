/**
 * The connections of a store: a limited number, with a timeout for each wait. A paused database keeps its connections
 * open but does not answer, so every statement has a timeout here as well as in the database.
 */
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Client, type ClientBase, Pool, type PoolClient } from 'pg';
import { answered, destroy, inTime, isDirect } from './client.ts';
import { ConnectionFailure, isOutdatedPlan, isStatementNameError } from './failures.ts';
import { PATIENCE, type Patience } from './patience.ts';
import type { Servers } from './servers.ts';
import { type StatementNames, statementNames } from './statement-names.ts';

/** The time after which an idle connection is closed, in ms. */
const IDLE_TIMEOUT = 30_000;

export interface PoolOptions {
  /** The maximum number. */
  readonly connections: number;
  readonly patience?: Patience;
}

/** The number of connections in use, of idle ones, and of callers that wait for one. */
export type ConnectionCounts = Readonly<Record<'busy' | 'idle' | 'waiting', number>>;

export interface BoundedPool extends PostgresPool {
  readonly counts: () => ConnectionCounts;
  /**
   * Ends every connection at once, including those in use, because their server is gone or must no longer be used.
   * Running statements fail, and the next caller gets a new connection.
   */
  renew(): void;
}

/** A pool for Kysely; failures of connections are reported as ConnectionFailure. */
export function boundedPool(
  servers: Servers,
  { connections: max, patience = PATIENCE }: PoolOptions,
): BoundedPool {
  const known = new WeakMap<PoolClient, TimedClient>();
  const ended = new Set<Promise<void>>();
  const names = statementNames();
  let current = startPool(servers, max, patience);

  async function take(): Promise<TimedClient> {
    const client = await current.connect();
    const already = known.get(client);
    if (already !== undefined) return already;
    try {
      const mayName = await isDirect(client, patience.answer);
      const timed = new TimedClient(client, patience, mayName ? names : undefined);
      known.set(client, timed);
      return timed;
    } catch (failure) {
      client.release(true);
      throw failure;
    }
  }
  function renew(): void {
    const before = current;
    current = startPool(servers, max, patience);
    const ending = before.abandon();
    ended.add(ending);
    void ending.then(() => ended.delete(ending));
  }
  const { pool } = current;
  return {
    Client,
    options: pool.options,
    async connect() {
      const from = current;
      try {
        return await take();
      } catch (failure) {
        // All connections lead to the right server but are in use.
        if (from === current && from.isFull()) throw failure;
        // No statement was sent yet, so another connection may work if the pool was renewed meanwhile.
        if (!servers.areSeveral && from === current) throw failure;
        const { current: server } = servers;
        await servers.locate();
        // The remaining connections lead to the previous server.
        if (server !== servers.current && from === current) renew();
        return take();
      }
    },
    end: async () => void (await Promise.all([...ended, current.pool.end()])),
    counts: () => ({
      busy: current.pool.totalCount - current.pool.idleCount,
      idle: current.pool.idleCount,
      waiting: current.pool.waitingCount,
    }),
    renew,
  };
}

interface StartedPool {
  readonly pool: Pool;
  /** @throws ConnectionFailure, also if the pool is abandoned meanwhile */
  connect(): Promise<PoolClient>;
  isFull(): boolean;
  /** Ends all connections, in use or not. Resolves when all have been released. */
  abandon(): Promise<void>;
}

function startPool(servers: Servers, max: number, patience: Patience): StartedPool {
  const clients = new Set<Client>();
  const abandoned = Promise.withResolvers<never>();
  // Callers that wait for a connection get the error.
  abandoned.promise.catch(() => {});
  class CurrentServer extends Client {
    constructor() {
      super(servers.config);
      clients.add(this);
      this.once('end', () => clients.delete(this));
    }
  }
  const pool = new Pool({
    Client: CurrentServer,
    connectionTimeoutMillis: patience.connect,
    max,
    idleTimeoutMillis: IDLE_TIMEOUT,
    ...(!servers.takesAny && {
      // The caller that waits for the connection gets its error.
      onConnect: async (client: ClientBase) => void (await servers.check(client)),
    }),
  });
  // A connection lost while idle is dropped; the next caller gets another.
  pool.on('error', () => {});
  // A connection may be lost as soon as it is made, as the database's last message may arrive with its first. Nobody
  // has it yet; its first statement will fail.
  pool.on('connect', client => client.on('error', () => {}));
  return {
    pool,
    isFull: () => pool.totalCount >= max,
    async connect() {
      const connecting = pool.connect();
      try {
        return await Promise.race([connecting, abandoned.promise]);
      } catch (cause) {
        // Nobody waits any longer for a connection that comes too late.
        connecting.then(
          client => client.release(true),
          () => {},
        );
        if (cause instanceof ConnectionFailure) throw cause;
        throw new ConnectionFailure(cause, cause instanceof Error && /timeout/.test(cause.message));
      }
    },
    abandon() {
      abandoned.reject(new ConnectionFailure(new Error('The server is no longer the one to use.'), false));
      for (const client of clients) destroy(client);
      return pool.end();
    },
  };
}

const BEGINS = /^(?:begin|start transaction)\b/i;

class TimedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #patience: Patience;
  readonly #names: StatementNames | undefined;
  #ended = false;
  /** The statement that begins a transaction; it is sent with the first one in it. */
  #begin: string | undefined;

  /** @param names of frequent statements; undefined if the connection may not have prepared statements */
  constructor(client: PoolClient, patience: Patience, names: StatementNames | undefined) {
    this.#client = client;
    this.#patience = patience;
    this.#names = names;
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
    if (typeof asked !== 'string') return this.#read(asked);
    if (BEGINS.test(asked)) {
      this.#begin = asked;
      return Promise.resolve({ command: 'BEGIN', rowCount: 0, rows: [] } as never);
    }
    return this.#ask(asked, parameters);
  }

  release(discard?: boolean): void {
    this.#begin = undefined;
    this.#client.release(discard);
  }

  async #ask<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const { answer } = this.#patience;
    const begin = this.#begin;
    this.#begin = undefined;
    if (parameters.length > 0) {
      if (begin !== undefined) await answered(this.#client, begin, [], answer);
      return this.#askNamed(sql, parameters);
    }
    if (begin === undefined) return answered(this.#client, sql, parameters, answer);
    // Several statements have several results.
    const results: unknown = await answered(this.#client, `${begin}; ${sql}`, [], answer);
    return (results as PostgresQueryResult<R>[]).at(-1)!;
  }

  async #askNamed<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      return await answered(this.#client, sql, parameters, this.#patience.answer, this.#names?.nameOf(sql));
    } catch (error) {
      if (isOutdatedPlan(error)) this.#names?.renew();
      if (isStatementNameError(error)) this.#names?.stop();
      throw error;
    }
  }

  #read<R>(cursor: PostgresCursor<R>): PostgresCursor<R> {
    if (this.#begin !== undefined) this.#client.query(this.#begin).catch(() => {});
    this.#begin = undefined;
    // For the database, a cursor is one statement for as long as it is read.
    this.#client.query('SET LOCAL statement_timeout = 0').catch(() => {});
    this.#client.query(cursor as never);
    const { rows, answer } = this.#patience;
    return {
      read: count => inTime(this.#client, rows, () => this.#whileOpen(() => cursor.read(count))),
      // If it cannot be closed, the next statement of the transaction fails.
      close: () => inTime(this.#client, answer, () => this.#whileOpen(() => cursor.close())).catch(() => {}),
    };
  }

  /** Without this, a cursor would never settle after its connection ended. @throws when it ends */
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
