/** New events of the log, with the changes to cached data from the same snapshot. */
import type { ChainHead, EventData, EventKind } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { type KnownKey, readKnownKey } from './access/known-key.ts';
import { deliveriesChangedBy, type EventSubject, madePossibleBy } from './delivery/affected.ts';
import { type DeliveryCache, type DeliverySpec, keyOfSpec } from './delivery/delivery-cache.ts';
import type { DeliveryMaker, ReadDelivery } from './delivery/maker.ts';
import { logHead, newestTime } from './store/log.ts';
import { checkMac } from './store/macs.ts';
import { preparedQuery } from './store/prepared-query.ts';
import type { ReadSnapshot } from './store/store.ts';
import type { EventsTable } from './store/tables.ts';

export interface LoggedEvent extends EventSubject {
  readonly seq: number;
  /** JSON text. */
  readonly data: string;
}

export interface News {
  readonly head: ChainHead;
  /** The time of the newest event, in ms since 1970; 0 if there is none. */
  readonly at: number;
  /** Undefined if there are too many, or if the log is not the one read before. */
  readonly events: readonly LoggedEvent[] | undefined;
}

/** The new cached state. */
export interface Fresh {
  readonly news: News;
  /** Entries without `read` are only dropped. */
  readonly deliveries: readonly { readonly spec: DeliverySpec; readonly read: ReadDelivery | undefined }[];
  readonly keys: readonly { readonly id: string; readonly key: KnownKey | undefined }[];
}

export interface KnownLog {
  readonly head: ChainHead | undefined;
  /** Events that are already known completely. */
  readonly own: { has(seq: number): boolean };
  readonly deliveries: DeliveryCache;
  readonly maker: DeliveryMaker | undefined;
}

/** If there are more new events than this, the whole cache is dropped. */
export const MAX_NEWS = 500;
/** Entries that are reloaded at once; deliveries from memory wait for them. The rest is read on request. */
const MOST = { deliveries: 50, bytes: 1024 * 1024 };

export async function readFresh(snapshot: ReadSnapshot, known: KnownLog): Promise<Fresh> {
  const news = await newsSince(snapshot, known.head);
  const events = (news.events ?? []).filter(({ seq }) => !known.own.has(seq));
  return {
    news,
    deliveries: await readDeliveries(snapshot, events, known),
    keys: await readKeys(snapshot, events),
  };
}

async function readDeliveries(
  snapshot: ReadSnapshot,
  events: readonly LoggedEvent[],
  { deliveries, maker }: KnownLog,
): Promise<Fresh['deliveries']> {
  const specs = new Map<string, DeliverySpec>();
  const add = (some: Iterable<DeliverySpec>) => {
    for (const spec of some) specs.set(keyOfSpec(spec), spec);
  };
  for (const event of events) {
    add(deliveriesChangedBy(event, deliveries));
    add(madePossibleBy(event));
  }
  const again: Fresh['deliveries'][number][] = [];
  let bytes = 0;
  for (const spec of specs.values()) {
    const isTooMuch = again.length >= MOST.deliveries || bytes >= MOST.bytes;
    const read = maker === undefined || isTooMuch ? undefined : await readIfServed(snapshot, maker, spec);
    if (read !== undefined && 'ready' in read) bytes += read.ready.prepared.bytes;
    again.push({ spec, read });
  }
  return again;
}

/** Undefined if the delivery is not served: requests for it get an error. */
async function readIfServed(
  snapshot: ReadSnapshot,
  maker: DeliveryMaker,
  spec: DeliverySpec,
): Promise<ReadDelivery | undefined> {
  try {
    return await maker.read(snapshot, spec);
  } catch (error) {
    if (Problem.is(error) && error.code !== 'unavailable') return undefined;
    throw error;
  }
}

async function readKeys(snapshot: ReadSnapshot, events: readonly LoggedEvent[]): Promise<Fresh['keys']> {
  const changed = new Map<string, LoggedEvent>();
  for (const event of events)
    if (CHANGES_KEY.has(event.kind))
      changed.set((JSON.parse(event.data) as EventData['key.revoked']).id, event);
  const keys: Fresh['keys'][number][] = [];
  for (const [id, { environment }] of changed) {
    const isTooMany = environment === undefined || keys.length >= MOST.deliveries;
    keys.push({ id, key: isTooMany ? undefined : await readKnownKey(snapshot, id, environment) });
  }
  return keys;
}

const CHANGES_KEY: ReadonlySet<EventKind> = new Set(['key.created', 'key.revoked', 'key.expiry_set']);

async function newsSince(snapshot: ReadSnapshot, head: ChainHead | undefined): Promise<News> {
  const at = Date.parse((await newestTime(snapshot)) ?? '') || 0;
  if (head === undefined) return { head: await logHead(snapshot), at, events: undefined };
  const rows = await selectNews(snapshot, { seq: head.seq });
  const [first] = rows;
  const last = rows.at(-1);
  for (const row of rows) checkMac(snapshot, row);
  if (first?.seq !== head.seq || first.hash !== head.hash || last === undefined || rows.length > MAX_NEWS)
    return { head: await logHead(snapshot), at, events: undefined };
  return { at, head: { seq: last.seq, hash: last.hash }, events: rows.slice(1).map(eventOf) };
}

const selectNews = preparedQuery((database, { seq }: { readonly seq: number }) =>
  database
    .selectFrom('events')
    .select(['seq', 'hash', 'mac', 'kind', 'prompt', 'version', 'environment', 'channel', 'data'])
    .where('seq', '>=', seq)
    .orderBy('seq')
    .limit(MAX_NEWS + 1),
);

type NewsRow = Pick<EventsTable, 'seq' | 'kind' | 'prompt' | 'version' | 'environment' | 'channel' | 'data'>;

function eventOf({ seq, kind, prompt, version, environment, channel, data }: NewsRow): LoggedEvent {
  return {
    seq,
    kind,
    data,
    ...(prompt !== null && { prompt }),
    ...(version !== null && { version }),
    ...(environment !== null && { environment }),
    ...(channel !== null && { channel }),
  };
}
