/** The filter and target of a webhook, checked against the event that created it: an attacker who can write to its row could hide events. */
import type { EnvironmentName } from '../../core/environment.ts';
import type { EventData, EventKind, RegistryEvent } from '../../core/event.ts';
import { broken } from '../store/broken.ts';
import type { WebhooksTable } from '../store/tables.ts';

/** The filter as text in the table. */
export function filterText(filter: readonly string[] | null): string | null {
  return filter && JSON.stringify(filter);
}

/** The events of a webhook without a filter from a release before formats. */
const EARLIER_EVENTS: readonly EventKind[] = [
  'promotion.requested',
  'promotion.approved',
  'promotion.planned',
  'promotion.held',
  'promotion.applied',
  'promotion.rejected',
  'promotion.cancelled',
  'promotion.superseded',
];

type Filtered = Pick<WebhooksTable, 'id' | 'environments' | 'events' | 'format'>;

/**
 * Returns true if a webhook receives an event. One that an earlier release made receives the kinds of that release.
 * @param made the event that made it
 * @throws as `checkFilters`
 */
export function isTold(
  webhook: Filtered,
  made: RegistryEvent | undefined,
  { kind, environment }: Pick<RegistryEvent, 'kind' | 'environment'>,
): boolean {
  checkFilters(webhook, made);
  const { environments, events } = webhook;
  const isEarlier = (made?.data as Partial<EventData['webhook.created']> | undefined)?.format === undefined;
  if (events === null && isEarlier && !EARLIER_EVENTS.includes(kind)) return false;
  return holds(environments, environment) && holds(events, kind);
}

/** Returns true if a filter, a list as JSON or null for everything, includes this value. */
function holds(filter: string | null, value: EnvironmentName | EventKind | undefined): boolean {
  return filter === null || (JSON.parse(filter) as unknown[]).includes(value);
}

/** @throws DataFolderProblem `chain_broken` if the row disagrees. An earlier release recorded no filters, and had one format. */
export function checkFilters(
  { id, environments, events, format }: Filtered,
  made: RegistryEvent | undefined,
): void {
  const told = made?.kind === 'webhook.created' ? (made.data as EventData['webhook.created']) : undefined;
  const isSame =
    told?.id === id &&
    (told.environments === undefined || filterText(told.environments) === environments) &&
    (told.events === undefined || filterText(told.events) === events) &&
    (told.format ?? 'json') === format;
  if (!isSame) throw broken(`The table webhooks says something else of "${id}" than the event that made it.`);
}
