/** What a webhook is told of, held to the event that made it: whoever may write to its row could have it miss something. */
import type { EventData, RegistryEvent } from '../../core/event.ts';
import { broken } from '../store/broken.ts';
import type { WebhooksTable } from '../store/tables.ts';

/** As the table has it. */
export function filterText(filter: readonly string[] | null): string | null {
  return filter && JSON.stringify(filter);
}

/** @throws DataFolderProblem `chain_broken` where the row says something else. An earlier release recorded no filters. */
export function checkFilters(
  { id, environments, events }: Pick<WebhooksTable, 'id' | 'environments' | 'events'>,
  made: RegistryEvent | undefined,
): void {
  const told = made?.kind === 'webhook.created' ? (made.data as EventData['webhook.created']) : undefined;
  const isTold =
    told?.id === id &&
    (told.environments === undefined || filterText(told.environments) === environments) &&
    (told.events === undefined || filterText(told.events) === events);
  if (!isTold) throw broken(`The table webhooks says something else of "${id}" than the event that made it.`);
}
