/** Brings a store's schema forward, under the lock of one write transaction, so that two processes that start at once agree. */
import { sql } from 'kysely';
import { DataFolderProblem } from '../data-folder-problem.ts';
import type { Store } from './store.ts';

/**
 * `run` executes one step, which may hold several statements.
 * @throws DataFolderProblem `newer_schema` when the store was written by a newer PromptForge.
 */
export async function migrate(
  store: Store,
  steps: readonly string[],
  run: (step: string) => void,
): Promise<void> {
  await store.write(async transaction => {
    await sql`CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)`.execute(
      transaction,
    );
    const row = await transaction
      .selectFrom('schema_versions')
      .select(({ fn }) => fn.max('version').as('version'))
      .executeTakeFirst();
    const present = Number(row?.version ?? 0);
    if (present > steps.length)
      throw new DataFolderProblem(
        'newer_schema',
        `This registry's data was written by a newer PromptForge (schema ${present}; this one knows ${steps.length}). Start it with that version or newer.`,
      );
    for (const [index, step] of steps.entries()) {
      if (index < present) continue;
      run(step);
      await transaction
        .insertInto('schema_versions')
        .values({ version: index + 1, applied_at: store.now().toISOString() })
        .execute();
    }
  });
}
