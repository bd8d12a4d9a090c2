/** The store for a single machine: SQLite in WAL mode; every commit is on disk before it is acknowledged. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { Problem } from '../../../core/problem.ts';
import { DataFolderProblem } from '../../data-folder-problem.ts';
import { takeClockRuleOf } from '../clock.ts';
import { takeMacsOf } from '../macs.ts';
import { checkNotNewer, migrate, schemaVersion } from '../migrate.ts';
import { askedAtOnce, type RowsOf } from '../prepared-query.ts';
import { type SharedCommits, sharedCommits } from '../shared-commits.ts';
import { readOnlyStore, type Store } from '../store.ts';
import type { Tables } from '../tables.ts';
import { takeVerifiedRows } from '../verified-rows.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { NodeSqliteConnection } from './driver.ts';
import { asProblem, isBusy } from './failures.ts';
import { SQLITE_MIGRATIONS } from './migrations.ts';

/** How long a write waits for other processes' writes, in ms. */
const WRITE_PATIENCE = 5000;
/** How long SQLite itself may block this thread, in ms: the patience above waits without blocking. */
const BUSY_TIMEOUT = 100;
/** The interval at which a wait checks for commits of other processes, in ms. */
const WATCH_INTERVAL = 200;
/** The time for which a revision counts as recent, in ms. */
const RECENT = 5;
/**
 * The page size of a new database, in bytes. A version with a source of a few kilobytes leaves half of a 4096-byte page
 * empty, while seven of them share a page of this size.
 */
const PAGE_SIZE = 16_384;
/** Pages in the write-ahead log that trigger a checkpoint: 4 MiB, like SQLite's default with its own page size. */
const CHECKPOINT_AFTER = 256;
/**
 * The reader's page cache in KiB: fits the indexes of 100,000 prompts, so that an uncached delivery reads little beside
 * its own pages.
 */
const READER_CACHE = 16_384;
/** 'PFRG', by which `file` and this registry recognize the database. */
export const APPLICATION_ID = 0x50465247;

/**
 * Opens or creates the database in `file`, and migrates its schema.
 * @throws DataFolderProblem `newer_schema`, `not_a_database`; errors of node:sqlite
 */
export async function openSqliteStore(file: string, now: () => Date): Promise<Store> {
  const databases: DatabaseSync[] = [];
  const connect = (setup: string): DatabaseSync => {
    const database = new DatabaseSync(file);
    databases.push(database);
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}; ${setup}`);
    return database;
  };
  try {
    const writer = connect('');
    await patiently(() => claim(writer));
    await patiently(() => writer.exec('PRAGMA journal_mode = WAL'));
    writer.exec(`PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;`);
    checkpointsAt(writer);
    // One connection for reading, and one that is never in a transaction, so that its data_version is always current.
    const reader = connect(`PRAGMA query_only = ON; PRAGMA cache_size = -${READER_CACHE}`);
    const watcher = connect('PRAGMA query_only = ON');
    const store = new SqliteStore(file, { writer, reader, watcher }, now);
    await store.write(transaction => migrate(transaction, now, SQLITE_MIGRATIONS, step => writer.exec(step)));
    return store;
  } catch (error) {
    for (const database of databases) database.close();
    throw error;
  }
}

/**
 * Opens the database in `file`, which others write to, read-only.
 * @throws DataFolderProblem `older_schema`, `newer_schema`, `not_a_database`; errors of node:sqlite
 */
export async function openSqliteReader(file: string, now: () => Date): Promise<Store> {
  const databases: DatabaseSync[] = [];
  const connect = (): DatabaseSync => {
    const database = new DatabaseSync(file, { readOnly: true });
    databases.push(database);
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    return database;
  };
  try {
    const reader = connect();
    reader.exec(`PRAGMA cache_size = -${READER_CACHE}`);
    const id = reader.prepare('PRAGMA application_id').get()?.['application_id'];
    if (id !== APPLICATION_ID) throw foreign();
    const store = new SqliteStore(file, { writer: undefined, reader, watcher: connect() }, now);
    const present = await store.read(schemaVersion);
    checkNotNewer(present, SQLITE_MIGRATIONS);
    if (present < SQLITE_MIGRATIONS.length) throw older(present);
    return store;
  } catch (error) {
    for (const database of databases) database.close();
    throw error;
  }
}

function older(present: number): DataFolderProblem {
  return new DataFolderProblem(
    'older_schema',
    `This registry has the schema ${present} of an older PromptForge. Start "promptforge serve" of this version without --delivery-only first: it brings the schema forward.`,
  );
}

/** Marks a new database as a registry's. @throws DataFolderProblem `not_a_database` for another program's database */
function claim(database: DatabaseSync): void {
  const id = database.prepare('PRAGMA application_id').get()?.['application_id'];
  if (id === APPLICATION_ID) return;
  if (database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) throw foreign();
  database.exec(`PRAGMA page_size = ${PAGE_SIZE}; PRAGMA application_id = ${APPLICATION_ID}`);
}

/** A database of an earlier release has smaller pages, so more of them make the same size of log. */
function checkpointsAt(database: DatabaseSync): void {
  const size = Number(database.prepare('PRAGMA page_size').get()?.['page_size'] ?? PAGE_SIZE);
  database.exec(`PRAGMA wal_autocheckpoint = ${Math.round((CHECKPOINT_AFTER * PAGE_SIZE) / size)}`);
}

function foreign(): DataFolderProblem {
  return new DataFolderProblem(
    'not_a_database',
    'This database belongs to another program. Choose another data folder.',
  );
}

interface Connections {
  /** Undefined if the store is read-only. */
  readonly writer: DatabaseSync | undefined;
  readonly reader: DatabaseSync;
  readonly watcher: DatabaseSync;
}

class SqliteStore implements Store {
  readonly file: string;
  readonly now: () => Date;
  readonly #writing: Kysely<Tables> | undefined;
  readonly #commits: SharedCommits | undefined;
  readonly #reading: Kysely<Tables>;
  readonly #rowsOf: RowsOf;
  readonly #watcher: DatabaseSync;
  readonly #dataVersion: () => unknown;
  #newest: StatementSync | undefined;
  #recent: number | undefined;
  /** When `#recent` was read, on performance.now(). */
  #asked = 0;
  readonly #waiting = new Set<() => void>();
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(file: string, { writer, reader, watcher }: Connections, now: () => Date) {
    this.file = file;
    this.now = now;
    const writing = writer && writingOn(writer);
    this.#writing = writing;
    this.#commits = writer && writing && commitsOn(this, writer, writing);
    const connection = new NodeSqliteConnection(reader);
    this.#rowsOf = query => connection.rowsOf(query);
    this.#reading = new Kysely({
      dialect: nodeSqliteDialect(reader, async () => reader.exec('BEGIN'), connection),
    });
    this.#watcher = watcher;
    const statement = watcher.prepare('PRAGMA data_version');
    this.#dataVersion = () => statement.get()?.['data_version'];
  }

  read<T>(work: (snapshot: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#answering(() =>
      this.#reading.transaction().execute(snapshot => {
        takeMacsOf(this, snapshot);
        return askedAtOnce(snapshot, this.#rowsOf, () => work(snapshot));
      }),
    );
  }

  async write<T>(
    work: (transaction: Parameters<Parameters<Store['write']>[0]>[0]) => Promise<T>,
  ): Promise<T> {
    const commits = this.#commits;
    if (commits === undefined) throw readOnlyStore();
    const result = await this.#answering(() => commits.write(work));
    this.#recent = undefined;
    for (const wake of [...this.#waiting]) wake();
    return result;
  }

  revision(): number {
    try {
      const asked = performance.now();
      this.#recent = Number(this.#dataVersion());
      this.#asked = asked;
      return this.#recent;
    } catch (error) {
      throw asProblem(error);
    }
  }

  newestSeq = (): number => {
    try {
      this.#newest ??= this.#watcher.prepare('SELECT max(seq) AS seq FROM events');
      return Number(this.#newest.get()?.['seq'] ?? 0);
    } catch (error) {
      throw asProblem(error);
    }
  };

  recentRevision(): number {
    const isOld = this.#recent === undefined || performance.now() - this.#asked >= RECENT;
    return isOld ? this.revision() : (this.#recent as number);
  }

  awaySince(): undefined {
    return undefined;
  }

  lost(): boolean {
    return false;
  }

  async changed(since: number, timeout: number, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + timeout;
    const ended = AbortSignal.any([signal, this.#closed.signal]);
    while (!ended.aborted) {
      if (this.revision() !== since) return;
      const left = deadline - performance.now();
      if (left <= 0) return;
      await this.#pause(Math.min(WATCH_INTERVAL, left), ended);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    this.#watcher.close();
    await this.#reading.destroy();
    await this.#writing?.destroy();
  }

  async #answering<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined)
      throw new Problem('unavailable', 'The registry is closing. Nothing was changed; try again soon.');
    try {
      return await work();
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** Resolves after `ms`, when a write of this process ends, or when `signal` aborts. */
  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake);
      this.#waiting.add(wake);
    });
  }
}

function writingOn(writer: DatabaseSync): Kysely<Tables> {
  return new Kysely({
    dialect: nodeSqliteDialect(writer, () => patiently(() => writer.exec('BEGIN IMMEDIATE'))),
  });
}

function commitsOn(store: Store, writer: DatabaseSync, writing: Kysely<Tables>): SharedCommits {
  return sharedCommits({
    commit: all =>
      writing.transaction().execute(transaction => {
        takeMacsOf(store, transaction);
        takeClockRuleOf(store, transaction);
        takeVerifiedRows(store, transaction);
        return all(transaction);
      }),
    savepoints: {
      set: async () => writer.exec('SAVEPOINT one'),
      back: async () => writer.exec('ROLLBACK TO one'),
    },
    patience: WRITE_PATIENCE,
    tooLong: () =>
      new Problem(
        'unavailable',
        'The registry is busy with other writes. Nothing was changed; try again soon.',
      ),
  });
}

/** Tries `attempt` until the database is no longer locked, without blocking the thread for longer than BUSY_TIMEOUT. */
async function patiently(attempt: () => void): Promise<void> {
  const deadline = performance.now() + WRITE_PATIENCE;
  for (;;) {
    try {
      attempt();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    await sleep(5 + Math.random() * 20);
  }
}
