/** `promptforge webhooks`: who is told of versions, promotions and comments, made, listed, tried and removed on the data folder or database itself. */
import { Command, Option } from 'commander';
import { WEBHOOK_EVENTS } from '../../contract/webhooks.ts';
import { WEBHOOK_FORMATS } from '../../core/webhook-format.ts';
import type { AddOptions, ListWebhooksOptions, RemoveOptions, TestOptions } from '../actions/webhooks.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { choice, environmentArgument, givenArgument, listArgument, oneOf } from '../values.ts';

export function webhooksCommand(): Command {
  return new Command('webhooks')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(testCommand())
    .addCommand(removeCommand());
}

function addCommand(): Command {
  return new Command('add')
    .description('send versions, promotions and comments to a URL, and show the signing secret once')
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
        'only events in these environments, such as staging,production (default: all)',
      ).argParser(listArgument(environmentArgument)),
    )
    .addOption(
      new Option(
        '--events <kinds>',
        'only these events, such as promotion.requested,promotion.applied (default: all)',
      ).argParser(listArgument(oneOf(WEBHOOK_EVENTS))),
    )
    .addOption(
      choice(
        new Option(
          '--format <format>',
          'json for programs, or a message that Slack or Microsoft Teams shows',
        ),
        WEBHOOK_FORMATS,
      ).default('json'),
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
again. docs/webhooks.md has what is sent, how to verify it, and Slack and Teams step by step.

Events: ${WEBHOOK_EVENTS.join(', ')}

Examples:
  promptforge webhooks add --environment production --url - --format slack < chat-url.txt
  promptforge webhooks add --environment staging --url https://ci.example.com/promoted --events promotion.applied`,
    )
    .action(async (options: AddOptions) => (await import('../actions/webhooks.ts')).add(options));
}

function listCommand(): Command {
  return new Command('list')
    .description('list the webhooks, newest first, and the state of their deliveries')
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
    .action(async (options: ListWebhooksOptions) => (await import('../actions/webhooks.ts')).list(options));
}

function testCommand(): Command {
  return new Command('test')
    .description('send an example to a webhook')
    .argument('<id>', 'the id of the webhook')
    .option('--private-network', 'it is one of a private network, or speaks plain HTTP')
    .option(
      '--registry-key <file>',
      'as "serve" has it (default: registry-key.pem in the data folder)',
      givenArgument,
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .option('--json', 'print the webhook and how it went as JSON')
    .addHelpText(
      'after',
      `
It is sent from this machine, once, and nothing is recorded of it.

Examples:
  promptforge webhooks test wh_07623cae5097d964d112885f`,
    )
    .action(async (id: string, options: TestOptions) =>
      (await import('../actions/webhooks.ts')).test(id, options),
    );
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a webhook and its pending events')
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
