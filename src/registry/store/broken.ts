/** The error for a log or table that was changed by other means than PromptForge. */
import { DataFolderProblem } from '../data-folder-problem.ts';

/** @param why names the event or row that does not match */
export function broken(why: string, options?: ErrorOptions): DataFolderProblem {
  return new DataFolderProblem(
    'chain_broken',
    `The registry's log is broken: ${why} Somebody changed the database by other means than PromptForge. Restore the registry from a backup, and keep what is there to find out what was changed.`,
    options,
  );
}
