/** `promptforge webhooks`: who is told of promotions, made, listed and removed on the data folder or database itself. */
import { Command, Option } from 'commander';
import { WEBHOOK_EVENTS } from '../../contract/webhooks.ts';
import type { AddOptions, ListOptions, RemoveOptions } from '../actions/webhooks.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { environmentArgument, givenArgument, listArgument, oneOf } from '../values.ts';

export function webhooksCommand(): Command {
  return new Command('webhooks')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
}

function addCommand(): Command {
  return new Command('add')
    .description('have promotions told to a URL, and show the secret of the signatures once')
    .addOption(
      new Option('--environment <name>', 'whose admins manage it')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--url <url>',
        'the receiver; "-" reads it from stdin, where no history keeps it',
      ).makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--only <environments>',
        'promotions of these only, such as staging,production (default: of all)',
      ).argParser(listArgument(environmentArgument)),
    )
    .addOption(
      new Option(
        '--events <kinds>',
        'these only, such as promotion.requested,promotion.applied (default: all)',
      ).argParser(listArgument(oneOf(WEBHOOK_EVENTS))),
    )
    .option(
      '--private-network',
      'it is one of a private network, or speaks plain HTTP: "serve" must allow that',
    )
    .option(
      '--registry-key <file>',
      'as "serve" has it (default: registry-key.pem in the data folder)',
      givenArgument,
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .option('--json', 'print it as the API gives it')
    .addHelpText(
      'after',
      `
The secret alone goes to stdout; the registry keeps none. Of the URL only the origin is shown
again. What is sent, and how to verify it, is in docs/registry.md.

Events: ${WEBHOOK_EVENTS.map(kind => kind.replace('promotion.', '')).join(', ')}, each after "promotion."

Examples:
  promptforge webhooks add --environment production --url - < chat-url.txt
  promptforge webhooks add --environment staging --url https://ci.example.com/promoted --events promotion.applied`,
    )
    .action(async (options: AddOptions) => (await import('../actions/webhooks.ts')).add(options));
}

function listCommand(): Command {
  return new Command('list')
    .description('list the webhooks, newest first, and how telling them goes')
    .addOption(dataOption())
    .addOption(databaseOption())
    .option('--json', 'print them as the API gives them')
    .addHelpText(
      'after',
      `
Examples:
  promptforge webhooks list
  promptforge webhooks list --json`,
    )
    .action(async (options: ListOptions) => (await import('../actions/webhooks.ts')).list(options));
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a webhook with what is still to be told to it')
    .argument('<id>', 'the id of the webhook')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .option('--json', 'print it as the API gives it')
    .addHelpText(
      'after',
      `
Examples:
  promptforge webhooks remove wh_07623cae5097d964d112885f`,
    )
    .action(async (id: string, options: RemoveOptions) =>
      (await import('../actions/webhooks.ts')).remove(id, options),
    );
}
