/** `promptforge export`: the log as JSON Lines, to be checked outside. */
import { Command, Option } from 'commander';
import type { ExportOptions } from '../actions/export.ts';
import { databaseOption, dataOption } from '../registry-options.ts';
import { numberArgument, pathArgument } from '../values.ts';

export function exportCommand(): Command {
  return new Command('export')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(
      new Option('--output <file>', 'a file to create instead of stdout; it must not exist yet').argParser(
        pathArgument,
      ),
    )
    .addOption(
      new Option('--after <seq>', 'only the events after this one')
        .argParser(numberArgument(0, 999_999_999))
        .default(0),
    )
    .option('--json', 'with --output: print the number of events; otherwise the output is JSON anyway')
    .addHelpText(
      'after',
      `
docs/audit.md has a script that verifies an export without PromptForge.

Example:
  promptforge export --data /var/lib/promptforge | node audit.mjs`,
    )
    .action(async (options: ExportOptions) => (await import('../actions/export.ts')).exportLog(options));
}
