/**
 * Webhooks in the API: subscriptions to versions, promotions, comments and owners, and the state of their delivery.
 * Only the response to its creation contains a webhook's secret.
 */
import * as z from 'zod';
import { EVENT_KINDS, type EventKind } from '../core/event.ts';
import { WEBHOOK_FORMATS } from '../core/webhook-format.ts';
import { environmentName, page, pageQuery, timestamp } from './values.ts';

/** Events that a webhook may receive. */
export type WebhookEvent = Extract<
  EventKind,
  'version.published' | `promotion.${string}` | `comment.${string}` | `owners.${string}`
>;
export const WEBHOOK_EVENTS: readonly WebhookEvent[] = EVENT_KINDS.filter(kind => isWebhookEvent(kind));

export function isWebhookEvent(kind: EventKind): kind is WebhookEvent {
  return kind === 'version.published' || /^(promotion|comment|owners)\./.test(kind);
}

const filters = {
  environments: z.array(environmentName).min(1).max(16).nullable().meta({
    description:
      'Only promotions to these environments, changes of their owners, and versions published with their keys; null: all environments.',
  }),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).max(WEBHOOK_EVENTS.length).nullable().meta({
    description:
      'Only these events; null: all of them (if an earlier release created it, the steps of promotions).',
  }),
};

const format = z.enum(WEBHOOK_FORMATS).meta({
  description:
    'json: the event as the log has it. slack, teams: a message for an incoming webhook of Slack or a workflow of Microsoft Teams.',
});

export const webhook = z
  .object({
    id: z.string(),
    environment: environmentName.meta({ description: 'The environment whose admins manage it.' }),
    origin: z.string().meta({
      description: 'The origin of its URL; the rest, which may contain a token, is not shown again.',
    }),
    ...filters,
    format,
    createdAt: timestamp,
    createdBy: z.string(),
    lastDeliveredAt: timestamp.nullable(),
    waiting: z.int().min(0).meta({ description: 'The number of pending events.' }),
    givenUp: z
      .int()
      .min(0)
      .meta({ description: 'The number of events that could not be delivered and are not retried.' }),
    lastFailure: z
      .object({ at: timestamp, reason: z.string() })
      .nullable()
      .meta({ description: 'Why the last attempt failed; null if it did not.' }),
    stoppedAt: timestamp.nullable().meta({
      description:
        'Since then it gets no more events: its receiver returned 410 Gone, or it had too many pending events.',
    }),
  })
  .meta({ id: 'Webhook' });
export type WebhookRecord = z.infer<typeof webhook>;

export const createdWebhook = webhook
  .extend({
    secret: z.string().meta({ description: 'whsec_… : verifies the signatures (Standard Webhooks).' }),
  })
  .meta({ id: 'CreatedWebhook' });
export type CreatedWebhook = z.infer<typeof createdWebhook>;

export const webhookRequest = z
  .object({
    url: z.string().min(1).max(2000),
    environments: filters.environments.default(null),
    events: filters.events.default(null),
    format: format.default('json'),
  })
  .meta({ id: 'WebhookRequest' });
export type WebhookRequest = z.infer<typeof webhookRequest>;

export const webhookListQuery = pageQuery;
export const webhookPage = page(webhook).meta({ id: 'WebhookPage' });
