/** `promptforge accept-clock`: confirms a clock that is far ahead of the log. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { AcceptClockOptions } from '../actions/accept-clock.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';

export function acceptClockCommand(): Command {
  return new Command('accept-clock')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .addOption(
      new Option('--reason <text>', 'why the clock is right; everyone can read it in the log')
        .makeOptionMandatory()
        .argParser(text => text.trim()),
    )
    .option('--json', 'print what was recorded, for a script')
    .addHelpText(
      'after',
      `
The log's time never runs backwards, so a clock that is wrong would shift it for good. Nothing is
written at a time more than an hour after the newest event, unless another clock agrees: the time
since the machine was started, or the database's clock. A data folder that had no event for
31 days is written to only after this. "date" shows the clock that it confirms.

Example:
  promptforge accept-clock --data ${resolve('/var/lib/promptforge')} --reason "Nobody published since March"`,
    )
    .action(async (options: AcceptClockOptions) =>
      (await import('../actions/accept-clock.ts')).acceptClock(options),
    );
}
