/** `promptforge restore`: undoes an archive. */
import type { Command } from 'commander';
import { type ArchiveOptions, archiveAll, archivingCommand } from '../working/archive-all.ts';

export function restoreCommand(): Command {
  return archivingCommand('restore')
    .addHelpText(
      'after',
      `
The prompt takes versions again. It needs an admin's key of an environment that publishes. What is
not archived is unchanged, which is a success.

Examples:
  promptforge restore support/triage --reason "Still used by the night shift"`,
    )
    .action((names, options: ArchiveOptions) => archiveAll(names, options, false));
}
