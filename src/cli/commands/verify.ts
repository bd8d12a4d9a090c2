/** `promptforge verify`: verifies that a registry matches its log, from the first event to the last. */
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
        'also verify that this log includes an earlier checkpoint, a saved response of /v1/checkpoint',
      ).argParser(pathArgument),
    )
    .addOption(signedHeadOption())
    .option('--json', 'print the end of the log, for a script')
    .addHelpText(
      'after',
      `
Follows the hashes of the log, checks every source against its digest, rebuilds every table from
the events, and names the first event or row that does not fit. The registry may be served
meanwhile. Only a checkpoint kept elsewhere reveals that the whole log was rewritten with all
its hashes.

Examples:
  promptforge verify --data /var/lib/promptforge
  curl -H "Authorization: Bearer $KEY" "$REGISTRY/v1/checkpoint" > checkpoint.json
  promptforge verify --checkpoint checkpoint.json`,
    )
    .action(async (options: VerifyOptions) => (await import('../actions/verify.ts')).verify(options));
}
