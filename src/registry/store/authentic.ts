/**
 * Verifies rows of tables against their events. The tables follow from the log, but SQL access can change them, so a
 * row that matters is read together with its event.
 */
import { type EventData, type EventKind, hasItsHash, type RegistryEvent } from '../../core/event.ts';
import { broken } from './broken.ts';
import { eventOfRow } from './event-row.ts';
import { checkMac } from './macs.ts';
import type { ReadSnapshot } from './store.ts';
import type { EventsTable } from './tables.ts';

/** An event's columns in a left join: all null if the row has no event. */
export type EventBeside = {
  readonly [Column in keyof EventsTable as `event_${Column}`]: EventsTable[Column] | null;
};

/** For the `select` of a query that joins `events`. */
export const EVENT_BESIDE = [
  'events.seq as event_seq',
  'events.at as event_at',
  'events.actor as event_actor',
  'events.key as event_key',
  'events.kind as event_kind',
  'events.prompt as event_prompt',
  'events.version as event_version',
  'events.environment as event_environment',
  'events.channel as event_channel',
  'events.data as event_data',
  'events.previous_hash as event_previous_hash',
  'events.hash as event_hash',
  'events.mac as event_mac',
] as const;

/** The event of a left join; undefined if there is none. @throws as `authentic` does */
export function eventBeside(snapshot: ReadSnapshot, row: EventBeside): RegistryEvent | undefined {
  if (row.event_seq === null) return undefined;
  return authentic(snapshot, {
    seq: row.event_seq,
    at: row.event_at,
    actor: row.event_actor,
    key: row.event_key,
    kind: row.event_kind,
    prompt: row.event_prompt,
    version: row.event_version,
    environment: row.event_environment,
    channel: row.event_channel,
    data: row.event_data,
    previous_hash: row.event_previous_hash,
    hash: row.event_hash,
    mac: row.event_mac,
  } as EventsTable);
}

/** The event of a row, after verifying its hash and its MAC. @throws DataFolderProblem `chain_broken` */
export function authentic(snapshot: ReadSnapshot, row: EventsTable): RegistryEvent {
  const event = parsed(row);
  if (!hasItsHash(event)) throw broken(`Event ${row.seq} does not have the hash it claims: it was changed.`);
  checkMac(snapshot, row);
  return event;
}

function parsed(row: EventsTable): RegistryEvent {
  try {
    return eventOfRow(row);
  } catch (cause) {
    throw broken(`Event ${row.seq} cannot be read.`, { cause });
  }
}

/** The data of an event; undefined if it is of another kind. */
export function dataOf<K extends EventKind>(
  event: RegistryEvent | undefined,
  kind: K,
): EventData[K] | undefined {
  return event?.kind === kind ? (event.data as EventData[K]) : undefined;
}
