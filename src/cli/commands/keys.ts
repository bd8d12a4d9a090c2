/**
 * `promptforge keys`: creates, lists, rotates and revokes keys directly on the data folder or database, so that the
 * first key can be created.
 */
import { Command, Option } from 'commander';
import { ROLES } from '../../core/role.ts';
import type { CreateOptions, ListKeysOptions, RevokeOptions, RotateOptions } from '../actions/keys.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { durationArgument, overlapArgument } from '../times.ts';
import { choice, environmentArgument, keyIdArgument } from '../values.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('create a key for one environment, role and actor, and show it once')
    .addOption(
      new Option('--environment <name>', 'the environment it is for')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(
      choice(
        new Option('--role <role>', 'the permissions; each role includes the ones before it'),
        ROLES,
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--actor <name>', 'the person or service it belongs to').makeOptionMandatory())
    .addOption(
      new Option(
        '--expires <duration>',
        'how long it is valid, such as 12h, 90d or 1y (default: it never expires)',
      ).argParser(durationArgument),
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .option('--json', 'print the key as the API returns it')
    .addHelpText(
      'after',
      `
Creates the data folder and its registry if they do not exist. Only the key is written to
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
    .addOption(databaseOption())
    .option('--json', 'print them as the API returns them')
    .addHelpText(
      'after',
      `
Examples:
  promptforge keys list
  promptforge keys list --environment production --json`,
    )
    .action(async (options: ListKeysOptions) => (await import('../actions/keys.ts')).list(options));
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('create a key that replaces another, and show it once')
    .argument('<id>', 'the id of the key to replace, or the whole key', keyIdArgument)
    .addOption(
      new Option('--overlap <duration>', 'how long the old key stays valid, such as 24h or 7d; 0: not at all')
        .argParser(overlapArgument)
        .default(24 * 60 * 60 * 1000, '24h'),
    )
    .addOption(
      new Option(
        '--expires <duration>',
        'how long the new key is valid (default: the lifetime of the old one)',
      ).argParser(durationArgument),
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .option('--json', 'print the key as the API returns it')
    .addHelpText(
      'after',
      `
The new key has the environment, role and actor of the old one. Only the key is written to stdout.
Both are valid until the overlap ends, so that users of the key can switch one by one.
Revoke a leaked key instead: "promptforge keys revoke".

Examples:
  promptforge keys rotate 4fQ7rT1bXc9Z
  promptforge keys rotate 4fQ7rT1bXc9Z --overlap 7d --expires 90d`,
    )
    .action(async (id: string, options: RotateOptions) =>
      (await import('../actions/keys.ts')).rotate(id, options),
    );
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key at once')
    .argument('<id>', 'the id of the key, or the whole key', keyIdArgument)
    .option('--cascade', 'also revoke the keys it created, and the keys those created')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .option('--json', 'print the key as the API returns it')
    .addHelpText(
      'after',
      `
Every process of the registry refuses the key within a second. Revoking cannot
be undone, and the key is still listed. A leaked admin key may have created
others: --cascade revokes them, too.

Examples:
  promptforge keys revoke 4fQ7rT1bXc9Z
  promptforge keys revoke 4fQ7rT1bXc9Z --cascade`,
    )
    .action(async (id: string, options: RevokeOptions) =>
      (await import('../actions/keys.ts')).revoke(id, options),
    );
}
