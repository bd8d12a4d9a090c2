/** The body of a webhook request. */
import type { RegistryEvent } from '../../core/event.ts';
import type { WebhookFormat } from '../../core/webhook-format.ts';
import { type About, notificationOf } from './notification.ts';
import { slackMessage } from './slack-message.ts';
import { teamsMessage } from './teams-message.ts';

/** The payload of Standard Webhooks; `data` is the event as in `/v1/changes`. */
export function jsonMessage(event: RegistryEvent): object {
  return { type: event.kind, timestamp: event.at, data: event };
}

/** @param publicUrl as for `notificationOf` */
export function chatMessage(
  format: Exclude<WebhookFormat, 'json'>,
  event: RegistryEvent,
  about: About,
  publicUrl?: string,
): object {
  const notification = notificationOf(event, about, publicUrl);
  return format === 'slack' ? slackMessage(notification) : teamsMessage(notification);
}
