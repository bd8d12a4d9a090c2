/** Copies a SQLite database at one moment to another file, while others keep writing. */
import { once } from 'node:events';
import * as sqlite from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { Kysely } from 'kysely';
import type { ChainHead } from '../../../core/event.ts';
import { DataFolderProblem } from '../../data-folder-problem.ts';
import type { RangeChecker } from '../checked-range.ts';
import { plainHead } from '../log.ts';
import type { Store } from '../store.ts';
import type { Tables } from '../tables.ts';
import { verifyLog } from '../verify.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { rangeChecker } from './event-range.ts';
import { APPLICATION_ID } from './sqlite-store.ts';

/** The wait for a lock, in ms; readers seldom meet one. */
const BUSY_TIMEOUT = 5000;

/**
 * Copies everything committed in the database `file` to `copy`, which is empty or does not exist, and verifies its log,
 * without changing `file` or blocking writes to it. The copy keeps the schema.
 * @returns the end of the copy's log
 * @throws DataFolderProblem `not_a_database`, `chain_broken`; errors of node:sqlite
 */
export async function takeSnapshot(file: string, copy: string): Promise<ChainHead> {
  const watcher = opened(file);
  try {
    if (watcher.prepare('PRAGMA application_id').get()?.['application_id'] !== APPLICATION_ID)
      throw new DataFolderProblem('not_a_database', `${file} is not a PromptForge registry. Check the path.`);
    return await copyVerified(file, copy, watcher);
  } finally {
    watcher.close();
  }
}

async function copyVerified(file: string, copy: string, watcher: sqlite.DatabaseSync): Promise<ChainHead> {
  const before = revisionOf(watcher);
  // At the same time, because both take about as long.
  const [copied, verified] = await Promise.allSettled([copyPages(file, copy), verify(file)]);
  if (copied.status === 'rejected') throw copied.reason;
  // Only one of the two may have included a commit made meanwhile.
  if (revisionOf(watcher) !== before) return verify(copy);
  if (verified.status === 'rejected') throw verified.reason;
  const { seq, hash } = await reading(copy, store => store.read(plainHead));
  if (seq !== verified.value.seq || hash !== verified.value.hash)
    throw new Error(`The copy of ${file} ends with event ${seq}, and not with ${verified.value.seq}.`);
  return verified.value;
}

/** Verifies the log and the pages of a database: a copy of damaged pages is as damaged. */
function verify(file: string): Promise<ChainHead> {
  return reading(file, async (store, database) => {
    const head = await verifyLog(store, undefined, checkerOf(database));
    if (database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] !== 'ok')
      throw new DataFolderProblem('not_a_database', `${file} is damaged. Nothing was backed up.`);
    return head;
  });
}

/** Checks no ranges if the schema is an older one. */
function checkerOf(database: sqlite.DatabaseSync): RangeChecker {
  try {
    return rangeChecker(database, { macs: undefined, sources: false });
  } catch {
    return () => undefined;
  }
}

function opened(file: string): sqlite.DatabaseSync {
  const database = new sqlite.DatabaseSync(file, { readOnly: true });
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
  return database;
}

/** A number that changes after each commit of another connection. */
function revisionOf(database: sqlite.DatabaseSync): unknown {
  return database.prepare('PRAGMA data_version').get()?.['data_version'];
}

async function reading<T>(
  file: string,
  work: (store: Pick<Store, 'read'>, database: sqlite.DatabaseSync) => Promise<T>,
): Promise<T> {
  const database = opened(file);
  const kysely = new Kysely<Tables>({
    dialect: nodeSqliteDialect(database, async () => database.exec('BEGIN')),
  });
  try {
    return await work({ read: what => kysely.transaction().execute(what) }, database);
  } finally {
    await kysely.destroy();
  }
}

/** Copies all pages in one step, so that no write makes it start again. */
const ALL_PAGES = 0x7fffffff;

/** Uses SQLite's own backup, on a thread of Node's pool. */
async function copyPages(file: string, copy: string): Promise<void> {
  // Available since Node 22.16.
  if (!('backup' in sqlite)) return vacuumInto(file, copy);
  const source = opened(file);
  try {
    await sqlite.backup(source, copy, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  endWal(copy);
}

/** A copy is still in WAL mode, so every reader would create a write-ahead log beside it. */
function endWal(copy: string): void {
  const database = new sqlite.DatabaseSync(copy);
  try {
    // The caller makes sure that the copy is on disk.
    database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
}

/** node:sqlite blocks during this statement, so it runs in its own thread. */
const VACUUM = `
  const { workerData, parentPort } = require('node:worker_threads');
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(workerData.file, { readOnly: true });
  database.exec('PRAGMA busy_timeout = ${BUSY_TIMEOUT}');
  database.prepare('VACUUM INTO ?').run(workerData.copy);
  database.close();
`;

async function vacuumInto(file: string, copy: string): Promise<void> {
  const worker = new Worker(VACUUM, {
    eval: true,
    workerData: { file, copy },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await once(worker, 'exit');
}
