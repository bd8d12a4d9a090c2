/** `promptforge backup`: copies a data folder while it is served, so that the copy can be served itself. */
import { Command, Option } from 'commander';
import type { BackupOptions } from '../actions/backup.ts';
import { dataOption } from '../registry-options.ts';
import { pathArgument } from '../values.ts';

export function backupCommand(): Command {
  return new Command('backup')
    .addOption(dataOption())
    .addOption(
      new Option('--output <folder>', 'the folder to create; it must not exist yet')
        .argParser(pathArgument)
        .makeOptionMandatory(),
    )
    .option('--json', 'print the end of the backed-up log, for a script')
    .addHelpText(
      'after',
      `
The backup is a data folder: the database, whose log is fully verified, and the registry's own
key. Anyone with that key can sign as this registry, so protect the backup like the data folder.
To restore it, copy it to the place of the data folder, or serve it directly.

Back up a PostgreSQL database with its own tools (docs/operation.md).

Examples:
  promptforge backup --data /var/lib/promptforge --output "/backup/promptforge-$(date -u +%FT%H%M)"
  promptforge serve --data /backup/promptforge-2026-03-01T0400`,
    )
    .action(async (options: BackupOptions) => (await import('../actions/backup.ts')).backup(options));
}
