/** An event as it was hashed, from its row. */
import type { RegistryEvent } from '../../core/event.ts';
import type { EventsTable } from './tables.ts';

/** @throws SyntaxError for data that is not JSON */
export function eventOfRow(row: EventsTable): RegistryEvent {
  const { seq, at, actor, key, kind, prompt, version, environment, channel } = row;
  // Avoids spreading, which is slow for a log of a million events.
  const event: Record<string, unknown> = { seq, at, actor, key, kind };
  if (prompt !== null) event['prompt'] = prompt;
  if (version !== null) event['version'] = version;
  if (environment !== null) event['environment'] = environment;
  if (channel !== null) event['channel'] = channel;
  event['data'] = JSON.parse(row.data);
  event['previousHash'] = row.previous_hash;
  event['hash'] = row.hash;
  return event as unknown as RegistryEvent;
}
