/** `promptforge restore`: undoes an archive. */
import type { Command } from 'commander';
import { type ArchiveOptions, archiveAll, archivingCommand } from '../working/archive-all.ts';

export function restoreCommand(): Command {
  return archivingCommand('restore')
    .addHelpText(
      'after',
      `
The prompt takes new versions again. Needs an admin key of an environment that publishes. Restoring
a prompt that is not archived succeeds without a change.

Examples:
  promptforge restore support/triage --reason "Still used by the night shift"`,
    )
    .action((names, options: ArchiveOptions) => archiveAll(names, options, false));
}
