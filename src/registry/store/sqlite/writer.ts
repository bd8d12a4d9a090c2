/** The connection that a store writes by, in this thread or in one of its own. */
import { once } from 'node:events';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { Problem } from '../../../core/problem.ts';
import { NodeSqliteDriver, onlyWrites } from './driver.ts';
import { sqliteCode } from './failures.ts';
import type { PlainSqliteError, WriterAnswer, WriterRequest, WriterThreadData } from './writer-thread.ts';

export interface Writer {
  /** Runs statements that give no rows. */
  exec(sql: string): Promise<void>;
  /** @param begin how a transaction starts */
  driver(begin: () => Promise<void>): Driver;
}

export function writerHere(database: DatabaseSync): Writer {
  return {
    exec: async sql => database.exec(sql),
    driver: begin => new NodeSqliteDriver(database, begin),
  };
}

/** Starts a thread for it; the driver's `destroy` ends that. */
export async function writerInThread(file: string, setup: string): Promise<Writer> {
  const thread = new WriterThread(file, setup);
  await thread.started();
  return {
    exec: sql => thread.exec(sql),
    driver: begin => new WriterThreadDriver(thread, begin),
  };
}

interface Waiting {
  readonly resolve: (result: { rows: readonly unknown[]; changes: number | bigint }) => void;
  readonly reject: (error: unknown) => void;
}

class WriterThread {
  readonly #data: WriterThreadData;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker;
  #hasEnded = false;
  #isClosing = false;
  #next = 0;

  constructor(file: string, setup: string) {
    this.#data = { file, setup };
    this.#worker = this.#start();
  }

  /** @throws what keeps it from opening the database */
  async started(): Promise<void> {
    await this.exec('SELECT 1');
  }

  async exec(sql: string): Promise<void> {
    await this.ask(sql, undefined, true);
  }

  ask(
    sql: string,
    parameters: readonly unknown[] | undefined,
    onlyWrites: boolean,
  ): Promise<{ rows: readonly unknown[]; changes: number | bigint }> {
    // One that ended, as by a lack of memory, took its transaction with it; the next one finds another thread.
    if (this.#hasEnded && !this.#isClosing) this.#worker = this.#start();
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      // What is asked keeps the process; a thread that waits does not.
      this.#worker.ref();
      this.#worker.postMessage({ id, sql, parameters, onlyWrites } satisfies WriterRequest);
    });
  }

  async close(): Promise<void> {
    if (this.#hasEnded || this.#isClosing) return;
    this.#isClosing = true;
    this.#worker.ref();
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await ended;
  }

  #start(): Worker {
    this.#hasEnded = false;
    const worker = new Worker(threadModule(), { workerData: this.#data });
    worker.unref();
    let cause: unknown;
    worker.on('message', (answer: WriterAnswer) => this.#take(answer));
    worker.on('error', error => {
      cause = error;
    });
    worker.once('exit', () => {
      if (worker !== this.#worker) return;
      this.#hasEnded = true;
      const error = cause ?? new Error('The thread that writes has ended.');
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    return worker;
  }

  #take(answer: WriterAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0 && !this.#isClosing) this.#worker.unref();
    if ('error' in answer) waiting?.reject(sqliteError(answer.error));
    else waiting?.resolve(answer);
  }
}

/** The thread ended before it could say whether it was committed. */
function commitUnknown(cause: unknown): Problem {
  return new Problem(
    'unavailable',
    'The thread that writes ended while the change was being saved: it may have been made or not. Send the same request again with the same Idempotency-Key, or look whether it was made before you try again.',
    {},
    { cause },
  );
}

function sqliteError({ message, ...said }: PlainSqliteError): Error {
  return Object.assign(new Error(message), said);
}

/** As it stands among the sources, or as it is built (scripts/build.ts), beside the file that holds this. */
function threadModule(): URL {
  const name = import.meta.url.endsWith('.ts') ? './writer-thread.ts' : './registry-writer.js';
  return new URL(name, import.meta.url);
}

class WriterThreadDriver implements Driver {
  readonly #thread: WriterThread;
  readonly #begin: () => Promise<void>;

  constructor(thread: WriterThread, begin: () => Promise<void>) {
    this.#thread = thread;
    this.#begin = begin;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new WriterThreadConnection(this.#thread);
  }

  beginTransaction(): Promise<void> {
    return this.#begin();
  }

  async commitTransaction(): Promise<void> {
    try {
      await this.#thread.exec('COMMIT');
    } catch (error) {
      if (sqliteCode(error) !== undefined) throw error;
      throw commitUnknown(error);
    }
  }

  async rollbackTransaction(): Promise<void> {
    // SQLite has already rolled back after some errors, a full disk among them.
    try {
      await this.#thread.exec('ROLLBACK');
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
    }
  }

  async releaseConnection(): Promise<void> {}

  destroy(): Promise<void> {
    return this.#thread.close();
  }
}

class WriterThreadConnection implements DatabaseConnection {
  readonly #thread: WriterThread;

  constructor(thread: WriterThread) {
    this.#thread = thread;
  }

  async executeQuery<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    const isWrite = onlyWrites(query);
    const { rows, changes } = await this.#thread.ask(sql, parameters, isWrite);
    return isWrite ? { rows: [], numAffectedRows: BigInt(changes) } : { rows: rows as Row[] };
  }

  async *streamQuery<Row>(compiled: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(compiled);
  }
}
