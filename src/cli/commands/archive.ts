/** `promptforge archive`: a prompt takes no more versions, and lists leave it out. */
import type { Command } from 'commander';
import { type ArchiveOptions, archiveAll, archivingCommand } from '../working/archive-all.ts';

export function archiveCommand(): Command {
  return archivingCommand('archive')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
Lists leave an archived prompt out, and new versions of it are refused. What is live stays live,
and nothing is deleted: "promptforge restore" undoes it. It needs an admin's key of an environment
that publishes. What is archived already is unchanged, which is a success. The file is left where
it is.

On a terminal it asks first; elsewhere it needs --yes.

Examples:
  promptforge archive support/triage --reason "Replaced by support/route"
  promptforge archive support/triage support/sort --reason "No longer used" --yes --json`,
    )
    .action((names, options: ArchiveOptions) => archiveAll(names, options, true));
}
