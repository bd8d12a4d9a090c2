/** Sends an example to a webhook, to show what will arrive. It is not an event, and is not recorded. */
import { randomUUID } from 'node:crypto';
import type { WebhookRecord } from '../../contract/webhooks.ts';
import type { WebhookFormat } from '../../core/webhook-format.ts';
import type { RegistryIdentity } from '../identity.ts';
import type { Store } from '../store/store.ts';
import { WEBHOOK_HEADERS } from './dispatch.ts';
import type { Notification } from './notification.ts';
import type { DeliveryAttempt } from './outbox.ts';
import { type SendOptions, send } from './send.ts';
import { signedHeaders, webhookSecret } from './signature.ts';
import { slackMessage } from './slack-message.ts';
import { openTarget } from './target.ts';
import { teamsMessage } from './teams-message.ts';
import { readWebhook } from './webhooks.ts';

export interface ExampleOutcome {
  readonly webhook: WebhookRecord;
  readonly outcome: DeliveryAttempt;
}

/** @throws Problem `webhook_not_found` */
export async function sendExample(
  store: Pick<Store, 'read' | 'now'>,
  identity: RegistryIdentity,
  id: string,
  options: SendOptions,
): Promise<ExampleOutcome> {
  const { webhook, sealedUrl } = await store.read(async snapshot => ({
    webhook: await readWebhook(snapshot, id),
    sealedUrl: (
      await snapshot
        .selectFrom('webhooks')
        .select('sealed_url')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).sealed_url,
  }));
  const url = openTarget(identity, id, sealedUrl);
  if (url === undefined) return { webhook, outcome: { kind: 'failed', reason: OTHER_KEY } };
  const now = store.now();
  const body = JSON.stringify(exampleMessage(webhook.format, now));
  const signed = signedHeaders(webhookSecret(identity, id), `test_${randomUUID()}`, now, body);
  return { webhook, outcome: await send(url, { ...WEBHOOK_HEADERS, ...signed }, body, options) };
}

const OTHER_KEY = "its address was encrypted by another registry's key";

/** Its `type` is not one of an event, so that programs do not take it for one. */
export function exampleMessage(format: WebhookFormat, now: Date): object {
  const timestamp = now.toISOString();
  if (format === 'json')
    return { type: 'webhook.test', timestamp, data: { message: 'An example. Nothing happened.' } };
  return format === 'slack' ? slackMessage(EXAMPLE) : teamsMessage(EXAMPLE);
}

const EXAMPLE: Notification = {
  title: 'Example: promote support/triage@12 to production',
  facts: [
    ['By', 'promptforge webhooks test'],
    ['Environment', 'production'],
  ],
  quotes: [['Reason', 'This is an example. Nothing was published or promoted.']],
  changes: ['Changed from support/triage@11:'],
  diff: ['@@ -1,1 +1,1 @@', '-Answer in one paragraph.', '+Answer in at most three sentences.'],
};
