/** One connection to a PostgreSQL server, none of whose answers is waited for without end. */
import type { Duplex } from 'node:stream';
import type { PostgresQueryResult } from 'kysely';
import { type Client, type ClientBase, type ClientConfig, types } from 'pg';
import { ConnectionFailure, isRefusal } from './failures.ts';
import { PATIENCE, type Patience } from './patience.ts';

/** After how long the database ends a transaction in which nothing happens: a process that was paused holds up no other. */
const IDLE_IN_TRANSACTION_TIMEOUT = 10_000;
/** After how long without traffic the system asks whether the server is still there, in ms; by default that is two hours. */
const KEEP_ALIVE_DELAY = 10_000;

const INT8 = 20;

export function clientConfig(server: ClientConfig, patience: Patience = PATIENCE): ClientConfig {
  return {
    ...server,
    application_name: 'promptforge',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY,
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

/**
 * The answer of the database in time.
 * @param name by which the database is to keep the statement
 * @throws ConnectionFailure, DatabaseError for what the database refused
 */
export function answered<R>(
  client: ClientBase,
  sql: string,
  parameters: readonly unknown[],
  timeout: number,
  name?: string,
): Promise<PostgresQueryResult<R>> {
  const query = { text: sql, values: [...parameters], ...(name !== undefined && { name }) };
  return inTime(client, timeout, () => client.query(query) as unknown as Promise<PostgresQueryResult<R>>);
}

/**
 * Returns whether a connection leads to one process of the database for as long as it is open. A pooler, which may give each
 * transaction another process, tells its clients of a process that is none of the database's.
 * @throws ConnectionFailure
 */
export async function isDirect(client: ClientBase, timeout: number): Promise<boolean> {
  try {
    const { rows } = await answered<{ pid: number }>(client, 'SELECT pg_backend_pid() AS pid', [], timeout);
    // As the database said when the connection began (BackendKeyData); the types do not have it.
    return rows[0]?.pid === (client as unknown as { readonly processID: number | null }).processID;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** What the database has to say to one thing that is `asked` of it. @throws as `answered` does */
export async function inTime<T>(client: ClientBase, timeout: number, asked: () => Promise<T>): Promise<T> {
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

/**
 * Ends a connection at once, whatever is under way on it, without a word to the server: one that was paused or cut off
 * would never take it.
 */
export function destroy(client: ClientBase): void {
  // `pg-pool` ends connections the same way; the types do not have it.
  (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream.destroy();
}
