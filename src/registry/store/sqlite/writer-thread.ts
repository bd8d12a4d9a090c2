/**
 * A thread that has the connection to write by. A commit waits for the disk, and now and then SQLite moves the whole
 * write-ahead log into the database within one: the thread that delivers must not wait for either.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { StatementCache } from './statement-cache.ts';

export interface WriterThreadData {
  readonly file: string;
  /** Statements for the connection, before everything else. */
  readonly setup: string;
}

export interface WriterRequest {
  readonly id: number;
  readonly sql: string;
  /** Undefined for a text of several statements, or one that takes no parameters and gives no rows. */
  readonly parameters: readonly unknown[] | undefined;
  readonly onlyWrites: boolean;
}

export type WriterAnswer = { readonly id: number } & (
  | { readonly rows: readonly unknown[]; readonly changes: number | bigint }
  | { readonly error: PlainSqliteError }
);

/** An error loses what SQLite says beside its message when it crosses to another thread. */
export interface PlainSqliteError {
  readonly message: string;
  readonly code: unknown;
  readonly errcode: unknown;
  readonly errstr: unknown;
}

if (parentPort !== null) {
  const port = parentPort;
  const { file, setup } = workerData as WriterThreadData;
  const database = new DatabaseSync(file);
  database.exec(setup);
  const statements = new StatementCache(database);
  port.on('message', (request: WriterRequest | 'close') => {
    if (request !== 'close') {
      port.postMessage(answered(database, statements, request));
      return;
    }
    statements.clear();
    database.close();
    port.close();
  });
}

function answered(database: DatabaseSync, statements: StatementCache, request: WriterRequest): WriterAnswer {
  const { id, sql, parameters, onlyWrites } = request;
  try {
    if (parameters === undefined) {
      database.exec(sql);
      return { id, rows: [], changes: 0 };
    }
    const statement = statements.of(sql);
    const values = parameters as SQLInputValue[];
    if (!onlyWrites) return { id, rows: statement.all(...values), changes: 0 };
    return { id, rows: [], changes: statement.run(...values).changes };
  } catch (error) {
    const { message, code, errcode, errstr } = error as Error & Omit<PlainSqliteError, 'message'>;
    return { id, error: { message, code, errcode, errstr } };
  }
}
