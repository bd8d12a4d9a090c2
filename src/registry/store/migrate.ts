/** Brings a store's schema forward, under the lock of one write transaction, so that two processes that start at once agree. */
import { sql } from 'kysely';
import { DataFolderProblem } from '../data-folder-problem.ts';
import type { ReadSnapshot, Store, WriteTransaction } from './store.ts';

export interface Migrated {
  /** The schema's version before; 0 if there was none. */
  readonly from: number;
  readonly to: number;
}

/**
 * Runs the remaining steps in a write transaction. `run` executes one step, which may have several statements.
 * @throws DataFolderProblem `newer_schema` when the store was written by a newer PromptForge.
 */
export async function migrate(
  transaction: WriteTransaction,
  now: Store['now'],
  steps: readonly string[],
  run: (step: string) => unknown,
): Promise<Migrated> {
  await sql`CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)`.execute(
    transaction,
  );
  const present = await schemaVersion(transaction);
  checkNotNewer(present, steps);
  for (const [index, step] of steps.entries()) {
    if (index < present) continue;
    await run(step);
    await transaction
      .insertInto('schema_versions')
      .values({ version: index + 1, applied_at: now().toISOString() })
      .execute();
  }
  return { from: present, to: steps.length };
}

/** The number of steps that were run; the table must exist. */
export async function schemaVersion(snapshot: ReadSnapshot): Promise<number> {
  const row = await snapshot
    .selectFrom('schema_versions')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirst();
  return Number(row?.version ?? 0);
}

/** @throws DataFolderProblem `newer_schema` */
export function checkNotNewer(present: number, steps: readonly string[]): void {
  if (present > steps.length)
    throw new DataFolderProblem(
      'newer_schema',
      `This registry's data was written by a newer PromptForge (schema ${present}; this one knows ${steps.length}). Start it with that version or newer.`,
    );
}
