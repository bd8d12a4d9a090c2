/** `promptforge webhooks`: creates, lists, tests and removes webhooks directly on the data folder or database. */
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
      new Option('--environment <name>', 'the environment whose admins manage it')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--url <url>',
        'the receiver; "-" reads it from stdin, to keep it out of the shell history',
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
        new Option('--format <format>', 'json for programs, or a message for Slack or Microsoft Teams'),
        WEBHOOK_FORMATS,
      ).default('json'),
    )
    .option(
      '--private-network',
      'the receiver is in a private network or uses plain HTTP, which "serve" must allow',
    )
    .option(
      '--registry-key <file>',
      'the key that "serve" uses (default: registry-key.pem in the data folder)',
      givenArgument,
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .option('--json', 'print it as the API returns it')
    .addHelpText(
      'after',
      `
Only the secret is written to stdout; the registry does not keep it. Of the URL, only the origin
is ever shown again. See docs/webhooks.md for the payloads, verification, Slack and Teams.

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
    .option('--json', 'print them as the API returns them')
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
    .option('--private-network', 'the receiver is in a private network or uses plain HTTP')
    .option(
      '--registry-key <file>',
      'the key that "serve" uses (default: registry-key.pem in the data folder)',
      givenArgument,
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .option('--json', 'print the webhook and the result as JSON')
    .addHelpText(
      'after',
      `
Sent once, from this machine, and not recorded.

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
    .option('--json', 'print it as the API returns it')
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
