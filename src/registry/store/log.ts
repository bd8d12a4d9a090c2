/** The event log in the store: appending to it inside the transaction of the change it records, and reading it. */

import type { CompiledQuery } from 'kysely';
import {
  CHAIN_START,
  type ChainHead,
  chainEvent,
  type EventKind,
  type NewEvent,
  type RegistryEvent,
} from '../../core/event.ts';
import { enqueue } from '../webhooks/enqueue.ts';
import { COLUMNS } from './columns.ts';
import { notedIn } from './noted.ts';
import { preparedQuery } from './prepared-query.ts';
import { readOnce, remember } from './remembered.ts';
import type { Snapshot, Store, WriteTransaction } from './store.ts';
import type { EventsTable } from './tables.ts';
import { together } from './together.ts';

/**
 * Appends the event that `make` gives for its seq, and puts it down for the webhooks that want it. Its time is the
 * clock's, or the last event's where the clock stands behind that.
 * @param beside what else is written because of it, as `together` takes it
 */
export async function appendEvent<K extends EventKind>(
  transaction: WriteTransaction,
  now: Store['now'],
  make: (seq: number) => NewEvent<K>,
  beside: (event: RegistryEvent<K>) => readonly CompiledQuery[] = () => [],
): Promise<RegistryEvent<K>> {
  const last = await lastEvent(transaction);
  const time = now();
  const at = timeAfter(last, time);
  const event = chainEvent(onlyEventFields(make((last?.seq ?? 0) + 1)), last ?? null, at);
  const inserted = insertEvent.compiled(transaction, {
    seq: event.seq,
    at: event.at,
    actor: event.actor,
    key: event.key,
    kind: event.kind,
    prompt: event.prompt ?? null,
    version: event.version ?? null,
    environment: event.environment ?? null,
    channel: event.channel ?? null,
    data: JSON.stringify(event.data),
    previous_hash: event.previousHash,
    hash: event.hash,
  });
  await together(transaction, [inserted, ...beside(event)]);
  remember(transaction, LAST, event);
  notedIn(transaction).events.push(event as RegistryEvent);
  await enqueue(transaction, event, time);
  return event;
}

const insertEvent = preparedQuery((database, given: EventsTable) =>
  database.insertInto('events').values({
    seq: given.seq,
    at: given.at,
    actor: given.actor,
    key: given.key,
    kind: given.kind,
    prompt: given.prompt,
    version: given.version,
    environment: given.environment,
    channel: given.channel,
    data: given.data,
    previous_hash: given.previous_hash,
    hash: given.hash,
  }),
);

/** What is hashed is what is stored: a caller's object may have more fields than an event. */
function onlyEventFields<K extends EventKind>(event: NewEvent<K>): NewEvent<K> {
  const { actor, key, kind, prompt, version, environment, channel, data } = event;
  return {
    actor,
    key,
    kind,
    ...(prompt !== undefined && { prompt }),
    ...(version !== undefined && { version }),
    ...(environment !== undefined && { environment }),
    ...(channel !== undefined && { channel }),
    data,
  } as NewEvent<K>;
}

async function lastEvent(snapshot: Snapshot): Promise<(ChainHead & { at: string }) | undefined> {
  return readOnce(snapshot, LAST, async () => {
    const [last] = await selectLast(snapshot, {});
    return last;
  });
}

const selectLast = preparedQuery(database =>
  database.selectFrom('events').select(['seq', 'hash', 'at']).orderBy('seq', 'desc').limit(1),
);

const LAST = 'last event';

/** What time it is for the log: the clock's, or the last event's where the clock stands behind that. */
export async function logTime(snapshot: Snapshot, now: Store['now']): Promise<string> {
  return timeAfter(await lastEvent(snapshot), now());
}

function timeAfter(last: { readonly at: string } | undefined, clock: Date): string {
  const time = clock.toISOString();
  return last !== undefined && last.at > time ? last.at : time;
}

/** Where the log ends. */
export async function logHead(snapshot: Snapshot): Promise<ChainHead> {
  return (await lastEvent(snapshot)) ?? CHAIN_START;
}

/** Up to `limit` events after `seq`, in order, exactly as they were hashed. */
export async function eventsAfter(snapshot: Snapshot, seq: number, limit: number): Promise<RegistryEvent[]> {
  return (await eventRowsAfter(snapshot, { seq, limit })).map(eventOfRow);
}

/** As `eventsAfter`, as they are stored. */
export const eventRowsAfter = preparedQuery(
  (database, { seq, limit }: { readonly seq: number; readonly limit: number }) =>
    database.selectFrom('events').select(COLUMNS.events).where('seq', '>', seq).orderBy('seq').limit(limit),
);

/** @throws SyntaxError for data that is no JSON */
export function eventOfRow(row: EventsTable): RegistryEvent {
  const { seq, at, actor, key, kind, prompt, version, environment, channel } = row;
  // Not by spreading: a log is read a million events at a time.
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
