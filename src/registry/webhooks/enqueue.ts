/** Puts an event down for those who are to be told of it, in the transaction of the event itself: neither is there without the other. */
import { WEBHOOK_EVENTS } from '../../contract/webhooks.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { EventKind, RegistryEvent } from '../../core/event.ts';
import { EVENT_BESIDE, eventBeside } from '../store/authentic.ts';
import type { WriteTransaction } from '../store/store.ts';

import { checkFilters } from './filters.ts';

const TOLD: ReadonlySet<EventKind> = new Set(WEBHOOK_EVENTS);

/** Puts the event down for every webhook that wants it, to be sent from `now` on. */
export async function enqueue(
  transaction: WriteTransaction,
  event: Pick<RegistryEvent, 'seq' | 'kind' | 'environment'>,
  now: Date,
): Promise<void> {
  if (!TOLD.has(event.kind)) return;
  const webhooks = await transaction
    .selectFrom('webhooks')
    .leftJoin('events', 'events.seq', 'webhooks.seq')
    .select(['webhooks.id', 'webhooks.environments', 'webhooks.events'])
    .select(EVENT_BESIDE)
    .where('webhooks.stopped_at', 'is', null)
    .execute();
  for (const webhook of webhooks) checkFilters(webhook, eventBeside(transaction, webhook));
  const wanted = webhooks.filter(
    ({ environments, events }) => holds(environments, event.environment) && holds(events, event.kind),
  );
  if (wanted.length === 0) return;
  const due_at = now.toISOString();
  await transaction
    .insertInto('webhook_deliveries')
    .values(wanted.map(({ id }) => ({ webhook: id, seq: event.seq, state: 'waiting', attempts: 0, due_at })))
    .execute();
}

/** Whether a filter, a list as JSON or null for everything, holds this value. */
function holds(filter: string | null, value: EnvironmentName | EventKind | undefined): boolean {
  return filter === null || (JSON.parse(filter) as unknown[]).includes(value);
}
