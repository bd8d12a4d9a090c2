/** `promptforge accept-clock`: confirms a clock that is far ahead of the log. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { unlessBlank } from '../../core/visible-text.ts';
import { COMMAND_LINE } from '../../registry/access/caller.ts';
import { acceptClock as accept } from '../../registry/proof/accept-clock.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson } from '../output.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export function acceptClockCommand(): Command {
  return new Command('accept-clock')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .addOption(
      new Option('--reason <text>', 'why the clock is right; visible to everyone in the log')
        .makeOptionMandatory()
        .argParser(text => unlessBlank(text).trim()),
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
    .action((options: AcceptClockOptions) => acceptClock(options));
}

interface AcceptClockOptions extends RegistryOptions {
  readonly reason: string;
  readonly json?: true;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem */
async function acceptClock({ reason, json, ...place }: AcceptClockOptions): Promise<void> {
  if (reason === '')
    throw new CommandFailure(EXIT.usage, 'Give the reason with --reason. It is kept in the log.');
  const accepted = await withRegistry(place, { create: false }, store => accept(store, COMMAND_LINE, reason));
  if (json) return printJson(accepted);
  if (accepted === null) return print(line`The clock is already trusted. There is nothing to accept.`);
  await print(
    line`The newest event was from ${accepted.before ?? 'no time'}. Event ${accepted.seq} is from ${accepted.at}, and the log continues from there.`,
  );
}
