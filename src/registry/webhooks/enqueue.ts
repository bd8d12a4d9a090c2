/** Adds an event to the outbox of its receivers, in the event's own transaction: both are committed or neither is. */
import { isWebhookEvent } from '../../contract/webhooks.ts';
import type { RegistryEvent } from '../../core/event.ts';
import { EVENT_BESIDE, eventBeside } from '../store/authentic.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { WriteTransaction } from '../store/store.ts';
import { keepVerifiedRow, verifiedRow, WEBHOOKS } from '../store/verified-rows.ts';
import { isTold } from './filters.ts';

const NONE = 'none';

/** Adds the event to the outbox of every webhook that receives it, to be sent from `now` on. */
export async function enqueue(
  transaction: WriteTransaction,
  event: Pick<RegistryEvent, 'seq' | 'kind' | 'environment'>,
  now: Date,
): Promise<void> {
  if (!isWebhookEvent(event.kind)) return;
  // If there are no webhooks, a publication need not query again, because adding one appends an event.
  if (verifiedRow(transaction, WEBHOOKS) === NONE) return;
  const webhooks = await selectWebhooks(transaction, {});
  if (webhooks.length === 0) keepVerifiedRow(transaction, WEBHOOKS, NONE);
  const wanted = webhooks.filter(webhook => isTold(webhook, eventBeside(transaction, webhook), event));
  if (wanted.length === 0) return;
  const due_at = now.toISOString();
  await transaction
    .insertInto('webhook_deliveries')
    .values(wanted.map(({ id }) => ({ webhook: id, seq: event.seq, state: 'waiting', attempts: 0, due_at })))
    .execute();
}

/** Runs for every event if there are webhooks. */
const selectWebhooks = preparedQuery(database =>
  database
    .selectFrom('webhooks')
    .leftJoin('events', 'events.seq', 'webhooks.seq')
    .select(['webhooks.id', 'webhooks.environments', 'webhooks.events', 'webhooks.format'])
    .select(EVENT_BESIDE)
    .where('webhooks.stopped_at', 'is', null),
);
