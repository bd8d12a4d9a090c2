/** `promptforge keys`: made, listed and revoked on the data folder itself, so that the first key can be made. */
import { Command, Option } from 'commander';
import { ROLES } from '../../core/role.ts';
import type { CreateOptions, ListOptions, RevokeOptions } from '../actions/keys.ts';
import { dataOption } from '../data-option.ts';
import { durationArgument, environmentArgument, keyIdArgument } from '../values.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .description('make, list and revoke keys, also while "serve" runs on the data folder')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('make a key of one environment, one role and one actor, and show it once')
    .addOption(
      new Option('--environment <name>', 'the environment it is for')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--role <role>', 'what it may do; each role holds the ones before it')
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--actor <name>', 'the person or service it belongs to').makeOptionMandatory())
    .addOption(
      new Option(
        '--expires <duration>',
        'how long it is valid, such as 12h, 90d or 1y (default: for ever)',
      ).argParser(durationArgument),
    )
    .addOption(dataOption())
    .option('--json', 'print the key as the API gives it')
    .addHelpText(
      'after',
      `
Makes the data folder and its registry where there is none yet. The key alone goes to
stdout; the registry keeps only a hash of it.

Examples:
  promptforge keys create --environment development --role admin --actor mara.lindqvist
  promptforge keys create --environment production --role reader --actor checkout-service --expires 90d
  KEY=$(promptforge keys create --environment staging --role reader --actor ci 2>/dev/null)`,
    )
    .action(async (options: CreateOptions) => (await import('../actions/keys.ts')).create(options));
}

function listCommand(): Command {
  return new Command('list')
    .description('list the keys, newest first, without their secrets')
    .addOption(
      new Option('--environment <name>', 'only those of this environment').argParser(environmentArgument),
    )
    .addOption(dataOption())
    .option('--json', 'print them as the API gives them')
    .addHelpText(
      'after',
      `
Examples:
  promptforge keys list
  promptforge keys list --environment production --json`,
    )
    .action(async (options: ListOptions) => (await import('../actions/keys.ts')).list(options));
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key at once')
    .argument('<id>', 'the id of the key, or the whole key', keyIdArgument)
    .addOption(dataOption())
    .option('--json', 'print the key as the API gives it')
    .addHelpText(
      'after',
      `
A registry that serves the data folder refuses the key from its next request on. A revoked key
stays revoked; it is still listed.

Examples:
  promptforge keys revoke 4fQ7rT1bXc9Z`,
    )
    .action(async (id: string, options: RevokeOptions) =>
      (await import('../actions/keys.ts')).revoke(id, options),
    );
}
