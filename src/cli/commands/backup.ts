/** `promptforge backup`: a copy of a data folder that can be served as it is, taken while it is served. */
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
    .option('--json', 'print where the log of the backup ends, for a script')
    .addHelpText(
      'after',
      `
The backup is a data folder: the database, whose log is checked from end to end, and the
registry's own key. Anyone with that key can sign as this registry, so keep the backup as
safe as the data folder. To restore it, copy it to where the data folder was, or serve it.

A PostgreSQL database is backed up by its own means (docs/operation.md).

Examples:
  promptforge backup --data /var/lib/promptforge --output "/backup/promptforge-$(date -u +%FT%H%M)"
  promptforge serve --data /backup/promptforge-2026-03-01T0400`,
    )
    .action(async (options: BackupOptions) => (await import('../actions/backup.ts')).backup(options));
}
