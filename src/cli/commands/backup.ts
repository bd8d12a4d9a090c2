/** `promptforge backup`: copies a data folder while it is served, so that the copy can be served itself. */
import { Command, Option } from 'commander';
import { backUp } from '../../registry/backup.ts';
import { line, print, printJson, say } from '../output.ts';
import { dataOption } from '../registry-options.ts';
import { pathArgument } from '../values.ts';
import { sayNarrowed } from '../with-registry.ts';

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
    .action((options: BackupOptions) => backup(options));
}

interface BackupOptions {
  readonly data: string;
  readonly output: string;
  readonly json?: true;
}

/** @throws DataFolderProblem */
async function backup({ data, output, json }: BackupOptions): Promise<void> {
  const { head, key } = await backUp(data, output, sayNarrowed);
  if (json) return printJson({ output, events: head.seq, hash: head.hash, key });
  await print(
    line`Backed up ${head.seq} events to ${output}, and verified them.\nThe log ends with ${head.hash}.`,
  );
  await say(
    key
      ? line`The backup contains the registry's own key. Protect it like the data folder.`
      : line`The data folder does not contain the registry's key. If you start "serve" with --registry-key, back up that file, too.`,
  );
}
