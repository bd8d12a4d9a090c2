/** One connection to a PostgreSQL server, with a timeout for every answer. */
import type { Duplex } from 'node:stream';
import type { PostgresQueryResult } from 'kysely';
import { type Client, type ClientBase, type ClientConfig, types } from 'pg';
import { ConnectionFailure, isRefusal } from './failures.ts';
import { PATIENCE, type Patience } from './patience.ts';

/** In ms: the database ends a transaction that is idle for so long, so that a paused process does not block others. */
const IDLE_IN_TRANSACTION_TIMEOUT = 10_000;
/** In ms: the system checks after so long without traffic whether the server is still there; its default is two hours. */
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
    // Sequence numbers and counts are all safe integers.
    types: {
      getTypeParser: (oid, format) =>
        oid === INT8 && format !== 'binary' ? Number : types.getTypeParser(oid, format),
    },
  };
}

/**
 * Runs a statement with a timeout in ms.
 * @param name of the prepared statement; undefined for an unnamed one
 * @throws ConnectionFailure, DatabaseError if the database refuses it
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
 * Returns true if a connection belongs to one process of the database as long as it is open. A pooler may give each
 * transaction another process, and tells its clients an ID that no process of the database has.
 * @throws ConnectionFailure
 */
export async function isDirect(client: ClientBase, timeout: number): Promise<boolean> {
  try {
    const { rows } = await answered<{ pid: number }>(client, 'SELECT pg_backend_pid() AS pid', [], timeout);
    // The ID that the database sent when the connection began (BackendKeyData); the types lack it.
    return rows[0]?.pid === (client as unknown as { readonly processID: number | null }).processID;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** The result of `asked`, with a timeout in ms that ends the connection. @throws as `answered` does */
export async function inTime<T>(client: ClientBase, timeout: number, asked: () => Promise<T>): Promise<T> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    // During a statement this destroys the socket, so that the statement fails.
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
 * Ends a connection at once, even during a statement, without notifying the server: one that is paused or cut off would
 * never read the message.
 */
export function destroy(client: ClientBase): void {
  // `pg-pool` ends connections in the same way; the types lack it.
  (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream.destroy();
}
