/** `promptforge verify`: whether a registry is what its log says, from the first event to the last. */
import { Command, Option } from 'commander';
import type { VerifyOptions } from '../actions/verify.ts';
import { databaseOption, dataOption, registryKeyOption, signedHeadOption } from '../registry-options.ts';
import { pathArgument } from '../values.ts';

export function verifyCommand(): Command {
  return new Command('verify')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .addOption(
      new Option(
        '--checkpoint <file>',
        'a checkpoint that was kept, as /v1/checkpoint gave it: is it one of this log?',
      ).argParser(pathArgument),
    )
    .addOption(signedHeadOption())
    .option('--json', 'print where the log ends, for a script')
    .addHelpText(
      'after',
      `
It follows the hashes of the log, checks every source against its digest, makes every table
again from the events, and names the first event or row that does not fit. The registry may
be served meanwhile. Only a checkpoint that was kept elsewhere shows that the whole log, with
all its hashes, was written anew.

Examples:
  promptforge verify --data /var/lib/promptforge
  curl -H "Authorization: Bearer $KEY" "$REGISTRY/v1/checkpoint" > checkpoint.json
  promptforge verify --checkpoint checkpoint.json`,
    )
    .action(async (options: VerifyOptions) => (await import('../actions/verify.ts')).verify(options));
}
