/** The event log in the store: appending to it inside the transaction of the change it records, and reading it. */
import type { CompiledQuery } from 'kysely';
import {
  CHAIN_START,
  type ChainHead,
  chainEvent,
  type EventData,
  type EventKind,
  type NewEvent,
  type RegistryEvent,
} from '../../core/event.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import { enqueue } from '../webhooks/enqueue.ts';
import { checkClock } from './clock.ts';
import { COLUMNS } from './columns.ts';
import { eventOfRow } from './event-row.ts';
import { checkMac, hasItsMac, macsOf } from './macs.ts';
import { notedIn } from './noted.ts';
import { preparedQuery } from './prepared-query.ts';
import { isRemembered, readOnce, remember } from './remembered.ts';
import type { ReadSnapshot, Store, WriteTransaction } from './store.ts';
import { checkNotSuperseded } from './superseded.ts';
import type { EventsTable } from './tables.ts';
import { together } from './together.ts';
import { ENVIRONMENTS, foundHead, keyRow, LAST_EVENT, movedHead, WEBHOOKS } from './verified-rows.ts';

/**
 * Appends the event that `make` returns for its seq, and adds it to the outbox of webhooks. Its time is the clock's, or
 * the last event's if the clock is behind that.
 * @param beside further writes for the event, for `together`
 * @throws Problem `unavailable` if the clock is not trusted; DataFolderProblem `chain_broken` if the last event does
 * not carry its MAC, `key_needed` if the last event carries a MAC and this process does not have the key
 */
export async function appendEvent<K extends EventKind>(
  transaction: WriteTransaction,
  now: Store['now'],
  make: (seq: number) => NewEvent<K>,
  beside: (event: RegistryEvent<K>) => readonly CompiledQuery[] = () => [],
): Promise<RegistryEvent<K>> {
  const last = await lastEvent(transaction);
  const time = now();
  checkClock(transaction, time, last?.at);
  const at = timeAfter(last, time);
  const event = chainEvent(onlyEventFields(make((last?.seq ?? 0) + 1)), last ?? null, at);
  const mac = macsOf(transaction)?.of(event) ?? null;
  if (mac === null && last !== undefined && last.mac !== null) throw keyNeeded();
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
    mac,
  });
  await together(transaction, [inserted, ...beside(event)]);
  movedHead(transaction, event as RegistryEvent, changedBy(event as RegistryEvent));
  remember<LastEvent>(transaction, LAST_EVENT, { seq: event.seq, hash: event.hash, at: event.at, mac });
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
    mac: given.mac,
  }),
);

/** The row that an event changes, if rows of its kind are cached once verified. */
function changedBy(event: RegistryEvent): string | undefined {
  if (event.kind === 'environment.set') return ENVIRONMENTS;
  if (event.kind.startsWith('webhook.')) return WEBHOOKS;
  return event.kind.startsWith('key.') ? keyRow((event.data as EventData['key.revoked']).id) : undefined;
}

/** Only the stored fields are hashed: a caller's object may have others. */
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

type LastEvent = Pick<EventsTable, 'seq' | 'hash' | 'at' | 'mac'>;

/** Verifies the MAC of the last event, so that a log with a forged end is neither read nor extended. */
async function lastEvent(snapshot: ReadSnapshot): Promise<LastEvent | undefined> {
  return readOnce<LastEvent | undefined>(snapshot, LAST_EVENT, async () => {
    const [last] = await selectLast(snapshot, {});
    foundHead(snapshot, last?.hash ?? '');
    if (last === undefined || hasItsMac(snapshot, last)) return last;
    const macs = macsOf(snapshot);
    if (macs !== undefined) await checkNotSuperseded(snapshot, macs);
    checkMac(snapshot, last);
    return last;
  });
}

/** The query for the last event; none if it is known in this transaction. */
export function lastEventAhead(snapshot: ReadSnapshot): CompiledQuery[] {
  return isRemembered(snapshot, LAST_EVENT) ? [] : [selectLast.compiled(snapshot, {})];
}

const selectLast = preparedQuery(database =>
  database.selectFrom('events').select(['seq', 'hash', 'at', 'mac']).orderBy('seq', 'desc').limit(1),
);

/** The end of the log in any schema, without checks. */
export async function plainHead(snapshot: ReadSnapshot): Promise<ChainHead> {
  const last = await snapshot
    .selectFrom('events')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? CHAIN_START;
}

/** The time of the newest event, RFC 3339; undefined if there is none. */
export async function newestTime(snapshot: ReadSnapshot): Promise<string | undefined> {
  return (await lastEvent(snapshot))?.at;
}

/** The current time of the log, RFC 3339: the clock's, or the last event's if the clock is behind that. */
export async function logTime(snapshot: ReadSnapshot, now: Store['now']): Promise<string> {
  return timeAfter(await lastEvent(snapshot), now());
}

function timeAfter(last: { readonly at: string } | undefined, clock: Date): string {
  const time = clock.toISOString();
  return last !== undefined && last.at > time ? last.at : time;
}

/** Where the log ends. */
export async function logHead(snapshot: ReadSnapshot): Promise<ChainHead> {
  const last = await lastEvent(snapshot);
  return last === undefined ? CHAIN_START : { seq: last.seq, hash: last.hash };
}

function keyNeeded(): DataFolderProblem {
  return new DataFolderProblem(
    'key_needed',
    'The events of this registry carry MACs by its key, and this command does not have it. Name the key that "serve" has with --registry-key. Nothing was changed.',
  );
}

/** Up to `limit` events after `seq`, in order, exactly as they were hashed. */
export async function eventsAfter(
  snapshot: ReadSnapshot,
  seq: number,
  limit: number,
): Promise<RegistryEvent[]> {
  return (await eventRowsAfter(snapshot, { seq, limit })).map(eventOfRow);
}

/** Like `eventsAfter`, but each must carry its MAC. @throws DataFolderProblem `chain_broken` */
export async function authenticEventsAfter(
  snapshot: ReadSnapshot,
  seq: number,
  limit: number,
): Promise<RegistryEvent[]> {
  const rows = await eventRowsAfter(snapshot, { seq, limit });
  for (const row of rows) checkMac(snapshot, row);
  return rows.map(eventOfRow);
}

interface AfterSeq {
  readonly seq: number;
  readonly limit: number;
}

/**
 * The rows of `eventsAfter`; without the column `mac` if this process has no key, because an older schema does not have
 * it.
 */
export function eventRowsAfter(snapshot: ReadSnapshot, after: AfterSeq): Promise<EventsTable[]> {
  return (macsOf(snapshot) === undefined ? rowsWithoutMac : rowsWithMac)(snapshot, after) as Promise<
    EventsTable[]
  >;
}

const rowsWithMac = preparedQuery((database, { seq, limit }: AfterSeq) =>
  database.selectFrom('events').select(COLUMNS.events).where('seq', '>', seq).orderBy('seq').limit(limit),
);
const rowsWithoutMac = preparedQuery((database, { seq, limit }: AfterSeq) =>
  database
    .selectFrom('events')
    .select(COLUMNS.events.filter(column => column !== 'mac'))
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit),
);
