/** Pending webhook events, each taken by one process at a time, and their results. */
import type { RegistryEvent } from '../../core/event.ts';
import type { WebhookFormat } from '../../core/webhook-format.ts';
import { isWebhookQuotaReached, QUOTAS } from '../quotas.ts';
import { authentic, EVENT_BESIDE, eventBeside } from '../store/authentic.ts';
import type { ReadSnapshot, WriteTransaction } from '../store/store.ts';
import { checkFilters } from './filters.ts';
import { pauseAfter } from './schedule.ts';

export interface Due {
  /** The ids of webhooks with events to send now. */
  readonly webhooks: readonly string[];
  /** When the next of the others is due, RFC 3339. */
  readonly next: string | undefined;
}

export async function readDue(snapshot: ReadSnapshot, now: Date): Promise<Due> {
  const at = now.toISOString();
  const waiting = snapshot.selectFrom('webhook_deliveries').where('state', '=', 'waiting');
  const due = await waiting.select('webhook').distinct().where('due_at', '<=', at).execute();
  const next = await waiting
    .select(({ fn }) => fn.min('due_at').as('due_at'))
    .where('due_at', '>', at)
    .executeTakeFirst();
  return { webhooks: due.map(({ webhook }) => webhook), next: next?.due_at ?? undefined };
}

/** An event that one process has taken to send. */
export interface Claimed {
  readonly webhook: string;
  readonly sealedUrl: string;
  readonly origin: string;
  readonly format: WebhookFormat;
  readonly event: RegistryEvent;
  /** 1, 2 … */
  readonly attempt: number;
}

/** How long no other process claims an event that is being sent, in ms: longer than an attempt. */
const LEASE = 60_000;

/** Claims the next event that is due for a webhook; undefined if there is none. Only one process gets each event. */
export async function claim(
  transaction: WriteTransaction,
  webhook: string,
  now: Date,
): Promise<Claimed | undefined> {
  const found = await transaction
    .selectFrom('webhook_deliveries')
    .innerJoin('webhooks', 'webhooks.id', 'webhook_deliveries.webhook')
    .leftJoin('events', 'events.seq', 'webhooks.seq')
    .select(['webhook_deliveries.seq', 'attempts', 'sealed_url', 'origin'])
    .select(['webhooks.id', 'webhooks.environments', 'webhooks.events', 'webhooks.format'])
    .select(EVENT_BESIDE)
    .where('webhook', '=', webhook)
    .where('state', '=', 'waiting')
    .where('due_at', '<=', now.toISOString())
    .orderBy('webhook_deliveries.seq')
    .limit(1)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  checkFilters(found, eventBeside(transaction, found));
  const { seq, attempts, sealed_url: sealedUrl, origin, format } = found;
  const attempt = attempts + 1;
  await transaction
    .updateTable('webhook_deliveries')
    .set({ attempts: attempt, due_at: new Date(now.getTime() + LEASE).toISOString() })
    .where('webhook', '=', webhook)
    .where('seq', '=', seq)
    .execute();
  const row = await transaction
    .selectFrom('events')
    .selectAll()
    .where('seq', '=', seq)
    .executeTakeFirstOrThrow();
  return { webhook, sealedUrl, origin, format, event: authentic(transaction, row), attempt };
}

/** The result of an attempt. `interrupted`: this process itself stops. */
export type DeliveryAttempt =
  | { readonly kind: 'taken' }
  | { readonly kind: 'interrupted' }
  /** `retryAfter` in ms. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfter?: number }
  /** The receiver answered 410: it wants no more events. */
  | { readonly kind: 'gone'; readonly reason: string };

/** Records how an attempt ended, unless another process has taken the event since, or the webhook was removed. */
export async function settle(
  transaction: WriteTransaction,
  { webhook, event: { seq }, attempt }: Claimed,
  outcome: DeliveryAttempt,
  now: Date,
  random: number,
): Promise<void> {
  const mine = await transaction
    .selectFrom('webhook_deliveries')
    .select('seq')
    .where('webhook', '=', webhook)
    .where('seq', '=', seq)
    .where('attempts', '=', attempt)
    .executeTakeFirst();
  if (mine === undefined) return;
  const at = now.toISOString();
  const change = (set: { state?: 'given_up'; due_at?: string }) =>
    transaction
      .updateTable('webhook_deliveries')
      .set(set)
      .where('webhook', '=', webhook)
      .where('seq', '=', seq)
      .execute();
  const note = (set: { last_delivered_at?: string; last_failure?: string | null; stopped_at?: string }) =>
    transaction.updateTable('webhooks').set(set).where('id', '=', webhook).execute();

  /** The backlog of a dead or slow receiver is scanned at every commit. */
  async function stopWhereTooMuchWaits(): Promise<void> {
    if (!(await isWebhookQuotaReached(transaction, webhook))) return;
    const reason = `${QUOTAS.webhookEvents} events are pending or failed, so it was stopped. Read the missed events from /v1/changes, then remove the webhook and create it again`;
    await note({ last_failure: JSON.stringify({ at, reason }), stopped_at: at });
  }

  switch (outcome.kind) {
    case 'taken':
      await transaction
        .deleteFrom('webhook_deliveries')
        .where('webhook', '=', webhook)
        .where('seq', '=', seq)
        .execute();
      await note({ last_delivered_at: at, last_failure: null });
      await stopWhereTooMuchWaits();
      return;
    case 'interrupted':
      await change({ due_at: at });
      return;
    case 'failed': {
      const pause = pauseAfter(attempt, random, outcome.retryAfter);
      await change(
        pause === undefined
          ? { state: 'given_up' }
          : { due_at: new Date(now.getTime() + pause).toISOString() },
      );
      await note({ last_failure: JSON.stringify({ at, reason: outcome.reason }) });
      await stopWhereTooMuchWaits();
      return;
    }
    case 'gone':
      await transaction
        .updateTable('webhook_deliveries')
        .set({ state: 'given_up' })
        .where('webhook', '=', webhook)
        .execute();
      await note({ last_failure: JSON.stringify({ at, reason: outcome.reason }), stopped_at: at });
      return;
  }
}
