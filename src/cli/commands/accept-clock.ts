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
      new Option('--reason <text>', 'why the clock is right; visible to everyone in the log')
        .makeOptionMandatory()
        .argParser(text => text.trim()),
    )
    .option('--json', 'print what was recorded, for a script')
    .addHelpText(
      'after',
      `
The log's time never runs backwards, so a wrong clock would shift it permanently. More than
an hour after the newest event, nothing is written unless another clock agrees: the time since
the machine started, or the database's clock. A data folder without an event for 31 days needs
this command before it is written to. "date" shows the clock that it confirms.

Example:
  promptforge accept-clock --data ${resolve('/var/lib/promptforge')} --reason "Nobody published since March"`,
    )
    .action(async (options: AcceptClockOptions) =>
      (await import('../actions/accept-clock.ts')).acceptClock(options),
    );
}
