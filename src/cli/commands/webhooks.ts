/** `promptforge webhooks`: creates, lists, tests and removes webhooks directly on the data folder or database. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { WEBHOOK_EVENTS, type WebhookEvent, type WebhookRecord } from '../../contract/webhooks.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { WEBHOOK_FORMATS, type WebhookFormat } from '../../core/webhook-format.ts';
import { createWebhook, listWebhooks, removeWebhook } from '../../registry/administration.ts';
import { IDENTITY_FILE, openIdentity } from '../../registry/identity.ts';
import { sendExample } from '../../registry/webhooks/send-example.ts';
import { parseTarget } from '../../registry/webhooks/target.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say, table } from '../output.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { choice, environmentArgument, givenArgument, listArgument, oneOf } from '../values.ts';
import { type RegistryOptions, sayNarrowed, withRegistry } from '../with-registry.ts';

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
    .action((options: AddOptions) => add(options));
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
    .action((options: ListWebhooksOptions) => list(options));
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
    .action((id: string, options: TestOptions) => test(id, options));
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
    .action((id: string, options: RemoveOptions) => remove(id, options));
}

interface AddOptions extends RegistryOptions {
  readonly environment: EnvironmentName;
  readonly url: string;
  /** Sends only events in these environments. */
  readonly only?: EnvironmentName[];
  readonly events?: WebhookEvent[];
  readonly format: WebhookFormat;
  readonly privateNetwork?: true;
  readonly json?: true;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `invalid_request`, `environment_not_found` */
async function add(options: AddOptions): Promise<void> {
  const { environment, url, format, privateNetwork, json, ...place } = options;
  const { only: environments = null, events = null } = options;
  const target = parseTarget(url === '-' ? (await text(process.stdin)).trim() : url, privateNetwork ?? false);
  const created = await withRegistry(place, { create: false }, async store => {
    const identity = await openIdentity(await existingKeyFile(place), sayNarrowed);
    return createWebhook(store, identity, { environment, environments, events, format, target });
  });
  if (json) return printJson(created);
  await print(line`${created.secret}`);
  await say(
    line`The webhook ${created.id} notifies ${created.origin} of ${events === null ? 'versions, promotions and comments' : events.join(', ')}.\nCopy its secret now: it will not be shown again.`,
  );
}

/**
 * The file of the key that "serve" uses.
 * @throws CommandFailure if a new key would be created that no server of the registry has
 */
async function existingKeyFile({ data, database, registryKey }: RegistryOptions): Promise<string> {
  if (registryKey === undefined && database === undefined) return join(data, IDENTITY_FILE);
  if (registryKey === undefined)
    throw new CommandFailure(
      EXIT.usage,
      'A database also needs --registry-key: the key that "serve" uses. The secret of the webhook is derived from it.',
    );
  try {
    await access(registryKey);
  } catch (cause) {
    throw new CommandFailure(
      EXIT.environment,
      `${registryKey} does not exist or cannot be read. Name the key that "serve" uses.`,
      { cause },
    );
  }
  return registryKey;
}

interface ListWebhooksOptions extends RegistryOptions {
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem */
async function list({ json, ...place }: ListWebhooksOptions): Promise<void> {
  const webhooks = await withRegistry(place, { create: false }, listWebhooks);
  if (json) return printJson({ data: webhooks, nextCursor: null });
  if (webhooks.length === 0)
    return say(line`There are no webhooks. Create one with "promptforge webhooks add".`);
  const headings = [
    'ID',
    'ENVIRONMENT',
    'RECEIVER',
    'FORMAT',
    'STATE',
    'WAITING',
    'GIVEN UP',
    'LAST DELIVERED',
    'LAST FAILURE',
  ];
  await print(
    table(
      headings,
      webhooks.map(webhook => [
        webhook.id,
        webhook.environment,
        webhook.origin,
        webhook.format,
        stateOf(webhook),
        String(webhook.waiting),
        String(webhook.givenUp),
        webhook.lastDeliveredAt ?? '',
        webhook.lastFailure?.reason ?? '',
      ]),
    ),
  );
}

function stateOf({ stoppedAt, lastFailure }: WebhookRecord): string {
  if (stoppedAt !== null) return 'stopped';
  return lastFailure === null ? 'well' : 'failing';
}

interface RemoveOptions extends RegistryOptions {
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem, Problem `webhook_not_found` */
async function remove(id: string, { json, ...place }: RemoveOptions): Promise<void> {
  const webhook = await withRegistry(place, { create: false }, store => removeWebhook(store, id));
  if (json) return printJson(webhook);
  await print(line`Removed the webhook ${webhook.id} of ${webhook.environment} to ${webhook.origin}.`);
}

interface TestOptions extends RegistryOptions {
  readonly privateNetwork?: true;
  readonly json?: true;
}

/**
 * @throws CommandFailure if the receiver did not accept the example; DataFolderProblem, DatabaseProblem, Problem
 * `webhook_not_found`
 */
async function test(id: string, { privateNetwork, json, ...place }: TestOptions): Promise<void> {
  const { webhook, outcome } = await withRegistry(place, { create: false }, async store => {
    const identity = await openIdentity(await existingKeyFile(place), sayNarrowed);
    const options = { privateNetworks: privateNetwork ?? false, signal: new AbortController().signal };
    return sendExample(store, identity, id, options);
  });
  if (json) await printJson({ webhook, outcome });
  if (outcome.kind === 'failed' || outcome.kind === 'gone')
    throw new CommandFailure(
      EXIT.refused,
      `${webhook.origin} did not accept the example: ${outcome.reason}. Check the URL that the webhook ${webhook.id} was created with.`,
    );
  if (!json) await print(line`${webhook.origin} accepted an example in the format ${webhook.format}.`);
}
