/** A SQLite database as it is at one moment, in a file of its own, while others go on writing. */
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { ChainHead } from '../../../core/event.ts';
import { DataFolderProblem } from '../../data-folder-problem.ts';
import type { Tables } from '../tables.ts';
import { verifyLog } from '../verify.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { APPLICATION_ID } from './sqlite-store.ts';

/** How long to wait for a lock, in ms; what only reads seldom meets one. */
const BUSY_TIMEOUT = 5000;

/**
 * Writes all that is committed in the database `file` to `copy`, which is empty or not there, without changing `file`
 * or keeping anybody from writing to it.
 * @throws DataFolderProblem `not_a_database`; errors of node:sqlite
 */
export function takeSnapshot(file: string, copy: string): void {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    if (database.prepare('PRAGMA application_id').get()?.['application_id'] !== APPLICATION_ID)
      throw new DataFolderProblem('not_a_database', `${file} is not a PromptForge registry. Check the path.`);
    database.prepare('VACUUM INTO ?').run(copy);
  } finally {
    database.close();
  }
}

/**
 * Reads a snapshot's log from end to end; of whatever schema it is, it stays so.
 * @throws DataFolderProblem `chain_broken`; errors of node:sqlite
 */
export async function verifySnapshot(file: string): Promise<ChainHead> {
  const database = new DatabaseSync(file, { readOnly: true });
  const reading = new Kysely<Tables>({
    dialect: nodeSqliteDialect(database, async () => database.exec('BEGIN')),
  });
  try {
    return await verifyLog({ read: work => reading.transaction().execute(work) });
  } finally {
    await reading.destroy();
  }
}
