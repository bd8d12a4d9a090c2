/** Determines from the log whether a prompt is archived. */
import { sql } from 'kysely';
import type { PromptName } from '../../core/name.ts';
import { authentic } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';

/** @throws DataFolderProblem `chain_broken` if the table disagrees with the last event that archived or restored it */
export async function checkArchivedAsRecorded(
  snapshot: ReadSnapshot,
  name: PromptName,
  archived: number,
): Promise<void> {
  const [row] = await selectLast(snapshot, { name });
  const isArchived = row !== undefined && authentic(snapshot, row).kind === 'prompt.archived';
  if (isArchived !== (archived === 1))
    throw broken(`The table prompts says of "${name}" that it is ${archived === 1 ? '' : 'not '}archived.`);
}

/**
 * For a query of the table prompts: the seq of the event that `checkArchivedAsRecorded` would read; null if a prompt
 * was never archived, as usual.
 */
export function lastArchiving() {
  return sql<number | null>`(
    SELECT max(seq) FROM events
    WHERE events.prompt = prompts.name AND kind IN ('prompt.archived', 'prompt.restored')
  )`;
}

/** Returns true if the table or the log mentions archiving at all; otherwise they agree. */
export function isArchivingToCheck(row: {
  readonly archived: number;
  readonly last_archiving: number | null;
}): boolean {
  return row.archived === 1 || row.last_archiving !== null;
}

/** The kinds are part of the statement itself: only then is their index used. */
const selectLast = preparedQuery((database, given: { readonly name: PromptName }) =>
  database
    .selectFrom('events')
    .selectAll()
    .where('prompt', '=', given.name)
    .where('kind', 'in', sql`('prompt.archived', 'prompt.restored')` as never)
    .orderBy('seq', 'desc')
    .limit(1),
);
