/** Puts an event down for those who are to be told of it, in the transaction of the event itself: neither is there without the other. */
import { isWebhookEvent } from '../../contract/webhooks.ts';
import type { RegistryEvent } from '../../core/event.ts';
import { EVENT_BESIDE, eventBeside } from '../store/authentic.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { WriteTransaction } from '../store/store.ts';
import { isTold } from './filters.ts';

/** Puts the event down for every webhook that wants it, to be sent from `now` on. */
export async function enqueue(
  transaction: WriteTransaction,
  event: Pick<RegistryEvent, 'seq' | 'kind' | 'environment'>,
  now: Date,
): Promise<void> {
  if (!isWebhookEvent(event.kind)) return;
  const webhooks = await selectWebhooks(transaction, {});
  const wanted = webhooks.filter(webhook => isTold(webhook, eventBeside(transaction, webhook), event));
  if (wanted.length === 0) return;
  const due_at = now.toISOString();
  await transaction
    .insertInto('webhook_deliveries')
    .values(wanted.map(({ id }) => ({ webhook: id, seq: event.seq, state: 'waiting', attempts: 0, due_at })))
    .execute();
}

/** Asked at every publication. */
const selectWebhooks = preparedQuery(database =>
  database
    .selectFrom('webhooks')
    .leftJoin('events', 'events.seq', 'webhooks.seq')
    .select(['webhooks.id', 'webhooks.environments', 'webhooks.events', 'webhooks.format'])
    .select(EVENT_BESIDE)
    .where('webhooks.stopped_at', 'is', null),
);
