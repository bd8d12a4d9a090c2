/** `promptforge accept-head`: allows serving a registry whose log was restored. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { AcceptHeadOptions } from '../actions/accept-head.ts';
import { databaseOption, dataOption, registryKeyOption, signedHeadOption } from '../registry-options.ts';

export function acceptHeadCommand(): Command {
  return new Command('accept-head')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .addOption(signedHeadOption())
    .addOption(
      new Option('--reason <text>', 'why the log ends earlier or differs; visible to everyone in the log')
        .makeOptionMandatory()
        .argParser(text => text.trim()),
    )
    .option('--json', 'print both heads, for a script')
    .addHelpText(
      'after',
      `
The registry keeps its last signed head beside its key, and does not serve a log that does not
extend it or that was found broken. Stop "serve", restore the registry, then run this command: it
verifies everything, appends the event head.accepted, and starts a new signed head. Clients that
saw lost events still raise an alarm: inform their users. If several machines serve one database,
run it on each.

Example:
  promptforge accept-head --data ${resolve('/var/lib/promptforge')} --reason "Restored the backup of March 1, the disk had failed"`,
    )
    .action(async (options: AcceptHeadOptions) =>
      (await import('../actions/accept-head.ts')).acceptHead(options),
    );
}
