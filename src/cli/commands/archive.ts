/** `promptforge archive`: removes a prompt from lists and refuses new versions. */
import type { Command } from 'commander';
import { type ArchiveOptions, archiveAll, archivingCommand } from '../working/archive-all.ts';

export function archiveCommand(): Command {
  return archivingCommand('archive')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
An archived prompt is not listed and takes no new versions. Live versions stay live, nothing is
deleted, and "promptforge restore" undoes it. The file is kept. Needs an admin key of an
environment that publishes. Archiving an archived prompt succeeds without a change.

Asks for confirmation on a terminal; elsewhere it needs --yes.

Examples:
  promptforge archive support/triage --reason "Replaced by support/route"
  promptforge archive support/triage support/sort --reason "No longer used" --yes --json`,
    )
    .action((names, options: ArchiveOptions) => archiveAll(names, options, true));
}
