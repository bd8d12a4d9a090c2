/** Runs `promptforge webhooks`. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { WebhookEvent, WebhookRecord } from '../../contract/webhooks.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { WebhookFormat } from '../../core/webhook-format.ts';
import { createWebhook, listWebhooks, removeWebhook } from '../../registry/administration.ts';
import { IDENTITY_FILE, openIdentity } from '../../registry/identity.ts';
import { sendExample } from '../../registry/webhooks/send-example.ts';
import { parseTarget } from '../../registry/webhooks/target.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say, table } from '../output.ts';
import { type RegistryOptions, sayNarrowed, withRegistry } from '../with-registry.ts';

export interface AddOptions extends RegistryOptions {
  readonly environment: EnvironmentName;
  readonly url: string;
  /** Promotions of these alone. */
  readonly only?: EnvironmentName[];
  readonly events?: WebhookEvent[];
  readonly format: WebhookFormat;
  readonly privateNetwork?: true;
  readonly json?: true;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `invalid_request`, `environment_not_found` */
export async function add(options: AddOptions): Promise<void> {
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

/** @throws CommandFailure if a new key would be created that no server of the registry has */
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

export interface ListWebhooksOptions extends RegistryOptions {
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem */
export async function list({ json, ...place }: ListWebhooksOptions): Promise<void> {
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

export interface RemoveOptions extends RegistryOptions {
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem, Problem `webhook_not_found` */
export async function remove(id: string, { json, ...place }: RemoveOptions): Promise<void> {
  const webhook = await withRegistry(place, { create: false }, store => removeWebhook(store, id));
  if (json) return printJson(webhook);
  await print(line`Removed the webhook ${webhook.id} of ${webhook.environment} to ${webhook.origin}.`);
}

export interface TestOptions extends RegistryOptions {
  readonly privateNetwork?: true;
  readonly json?: true;
}

/** @throws CommandFailure when it was not taken; DataFolderProblem, DatabaseProblem, Problem `webhook_not_found` */
export async function test(id: string, { privateNetwork, json, ...place }: TestOptions): Promise<void> {
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
