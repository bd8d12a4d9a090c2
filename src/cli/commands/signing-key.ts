/** `promptforge signing-key`: names another key as the one that signs checkpoints. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { ReplaceOptions } from '../actions/signing-key.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';

export function signingKeyCommand(): Command {
  const command = new Command('signing-key');
  command
    .command('replace')
    .description('replace the signing key, endorsed by the present one')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .addOption(
      new Option('--new-key <file>', 'the new key (PEM), created if it does not exist')
        .makeOptionMandatory()
        .argParser(file => resolve(file)),
    )
    .option('--lost', 'the present key is lost: clients will raise an alarm')
    .option('--reason <text>', 'why it is lost; visible to everyone in the log')
    .option('--json', 'print the new signing key and the event that names it')
    .addHelpText(
      'after',
      `
Stop "serve" first, and start it with --registry-key <new file> afterwards. Both keys sign the
event, so clients trust the new key like the old one. The secrets of webhooks are derived from
the key: create webhooks again.

Examples:
  promptforge signing-key replace --registry-key old.pem --new-key new.pem
  promptforge signing-key replace --new-key new.pem --lost --reason "The disk with the key failed"`,
    )
    .action(async (options: ReplaceOptions) => (await import('../actions/signing-key.ts')).replace(options));
  return command;
}
