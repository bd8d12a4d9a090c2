/** A SQLite database as it is at one moment, in a file of its own, while others go on writing. */
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

/** How long to wait for a lock, in ms; what only reads seldom meets one. */
const BUSY_TIMEOUT = 5000;

/**
 * Writes all that is committed in the database `file` to `copy`, which is empty or not there, and verifies its log,
 * without changing `file` or keeping anybody from writing to it. Of whatever schema it is, the copy stays so.
 * @returns where the log of the copy ends
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
  // At the same time, since each takes about as long as the other.
  const [copied, verified] = await Promise.allSettled([copyPages(file, copy), verify(file)]);
  if (copied.status === 'rejected') throw copied.reason;
  // What was committed meanwhile may be in the one and not in the other.
  if (revisionOf(watcher) !== before) return verify(copy);
  if (verified.status === 'rejected') throw verified.reason;
  const { seq, hash } = await reading(copy, store => store.read(plainHead));
  if (seq !== verified.value.seq || hash !== verified.value.hash)
    throw new Error(`The copy of ${file} ends with event ${seq}, and not with ${verified.value.seq}.`);
  return verified.value;
}

/** Its log, and that every page of it is where it belongs: a copy of pages is as damaged as they are. */
function verify(file: string): Promise<ChainHead> {
  return reading(file, async (store, database) => {
    const head = await verifyLog(store, undefined, checkerOf(database));
    if (database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] !== 'ok')
      throw new DataFolderProblem('not_a_database', `${file} is damaged. Nothing was backed up.`);
    return head;
  });
}

/** Of a schema of before no range is known to fit. */
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

/** Another number after each commit of others. */
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

/** All of them in one step, so that no write makes it begin again. */
const ALL_PAGES = 0x7fffffff;

/** As SQLite's own backup does it, on a thread that Node has for such work. */
async function copyPages(file: string, copy: string): Promise<void> {
  // Node 22 has it from 22.16 on.
  if (!('backup' in sqlite)) return vacuumInto(file, copy);
  const source = opened(file);
  try {
    await sqlite.backup(source, copy, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  endWal(copy);
}

/** A copy says of itself that it has a write-ahead log, which would be made anew beside it by whoever reads it. */
function endWal(copy: string): void {
  const database = new sqlite.DatabaseSync(copy);
  try {
    // Whoever asked for the copy waits until it is on the disk.
    database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
}

/** node:sqlite does it at a stretch, so it has a thread of its own, which needs nothing else. */
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
