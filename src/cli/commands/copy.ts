/** `promptforge copy`: a registry taken from a data folder to a database, or back. */
import { Command, Option } from 'commander';
import type { CopyOptions } from '../actions/copy.ts';
import { fromEnvironment } from '../registry-options.ts';
import { givenArgument } from '../values.ts';

export function copyCommand(): Command {
  return new Command('copy')
    .addOption(
      fromEnvironment(
        new Option(
          '--from <place>',
          'a data folder, or a database as postgres://user@host:5432/database',
        ).argParser(givenArgument),
        'PROMPTFORGE_COPY_FROM',
      ),
    )
    .addOption(
      fromEnvironment(
        new Option('--to <place>', 'the same; it must be empty or not exist yet').argParser(givenArgument),
        'PROMPTFORGE_COPY_TO',
      ),
    )
    .option('--json', 'print where it was copied to, how many events, and the hash of the last')
    .addHelpText(
      'after',
      `
Copies the log with its hashes, versions, promotions, environments and the hashes of keys: all
or nothing, and verifies the copy. Changes made meanwhile are not copied, so stop "serve"
first. Use the environment variables for a URL with a password.

Examples:
  promptforge copy --from /var/lib/promptforge --to postgres://prompts@db.example.com/prompts
  PROMPTFORGE_COPY_FROM=postgres://prompts:secret@db.example.com/prompts promptforge copy --to ./copy`,
    )
    .action(async (options: CopyOptions) => (await import('../actions/copy.ts')).copy(options));
}
