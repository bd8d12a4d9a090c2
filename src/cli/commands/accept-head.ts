/** `promptforge accept-head`: allows serving a registry whose log was restored. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { unlessBlank } from '../../core/visible-text.ts';
import { COMMAND_LINE } from '../../registry/access/caller.ts';
import { acceptHead as accept } from '../../registry/proof/accept-head.ts';
import { openHeadFile } from '../../registry/proof/head-file.ts';
import { verifyServable } from '../../registry/proof/open-signing.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson } from '../output.ts';
import { databaseOption, dataOption, registryKeyOption, signedHeadOption } from '../registry-options.ts';
import { existingKey, type SigningOptions, signingFiles } from '../signing-files.ts';
import { withRegistry } from '../with-registry.ts';

export function acceptHeadCommand(): Command {
  return new Command('accept-head')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .addOption(signedHeadOption())
    .addOption(
      new Option('--reason <text>', 'why the log ends earlier or differs; visible to everyone in the log')
        .makeOptionMandatory()
        .argParser(text => unlessBlank(text).trim()),
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
    .action((options: AcceptHeadOptions) => acceptHead(options));
}

interface AcceptHeadOptions extends SigningOptions {
  readonly reason: string;
  readonly json?: true;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem */
async function acceptHead(options: AcceptHeadOptions): Promise<void> {
  const { reason, json } = options;
  if (reason === '')
    throw new CommandFailure(EXIT.usage, 'Give the reason with --reason. It is kept in the log.');
  const { keyFile, headFile } = await signingFiles(options);
  await withRegistry(options, { create: false, evenBroken: true }, async store => {
    const identity = await existingKey(keyFile);
    const heads = await openHeadFile(headFile);
    try {
      const kept = heads.read();
      const why = await verifyServable(store, kept);
      if (why === undefined && kept.revision > 0)
        return json
          ? printJson(null)
          : print(line`The log extends the signed head, and no fault was found. There is nothing to accept.`);
      const { lost, restored, head } = await accept(store, { identity, heads, author: COMMAND_LINE, reason });
      if (json) return printJson({ lost, restored, head });
      await print(
        line`Verified ${restored.seq} events. Event ${head.seq} records the restore, and "promptforge serve" can serve the registry again.`,
      );
      if (lost !== null && lost.seq > restored.seq)
        await print(
          line`${lost.seq - restored.seq} signed events are lost. Inform everyone who has seen them.`,
        );
    } finally {
      heads.close();
    }
  });
}
