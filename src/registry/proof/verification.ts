/**
 * Verifies that a registry matches its log: the chain, the sources, and every table that follows from the log. It
 * proceeds in pieces, each a short read, so that a registry can be verified while it is served, and needs memory only
 * for the current state (prompts, pointers, keys, pending promotions), however long the log is.
 */
import { CHAIN_START, type ChainHead, type RegistryEvent, validateNextEvent } from '../../core/event.ts';
import { emptyProjection, follow, type Projection, promotionOf } from '../../core/projection.ts';
import { EventMisfit, type PromotionRecord } from '../../core/promotion.ts';
import { recordsOf } from '../promotions/rows.ts';
import { broken } from '../store/broken.ts';
import type { CheckedRange } from '../store/checked-range.ts';
import { eventOfRow } from '../store/event-row.ts';
import { eventRowsAfter, logHead } from '../store/log.ts';
import { checkMac, macsOf } from '../store/macs.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import { eventsOfRange } from '../store/sqlite/event-range.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import type { EventsTable } from '../store/tables.ts';
import { RANGE } from './range-work.ts';
import { NO_RANGES, type Ranges, type RangesThread, rangesOf, rangesOfTwoThreads } from './ranges.ts';
import { checkClosed, checkComments, checkNothingBeyond, checkState } from './tables.ts';
import { checkVersions } from './versions.ts';

/** Events per piece, if nothing else runs meanwhile. */
const PIECE = 1000;

export interface Verification {
  /** The last event up to which everything was verified. */
  head(): ChainHead;
  /** The time of that event; empty at the start. */
  at(): string;
  /**
   * Verifies the next piece.
   * @returns true if the end of the log was reached, and with it every table verified
   * @throws DataFolderProblem `chain_broken` that names the first event or row that does not match
   */
  next(): Promise<boolean>;
}

/** @param size of a piece, in events @param ranges checks ranges that need not be read here if they match */
export function verification(
  store: Pick<Store, 'read'>,
  size: number = PIECE,
  ranges: Ranges = NO_RANGES,
): Verification {
  let head: ChainHead = CHAIN_START;
  const projection = emptyProjection();
  return { head: () => head, at: () => projection.at, next };

  async function next(): Promise<boolean> {
    const range = await ranges.after(head.seq);
    // A read may run again, so the state is changed only after it.
    const read = await store.read(
      async snapshot =>
        (range && (await pieceOf(snapshot, head, range))) ??
        pieceAfter(snapshot, head, range === undefined ? size : range.events.length),
    );
    const piece = followed(read, head, projection);
    const from = head.seq;
    head = piece.head;
    return store.read(async snapshot => {
      const { events, closed } = piece;
      if (read.checked === undefined) await checkVersions(snapshot, events, { after: from, until: head.seq });
      await checkClosed(snapshot, events, [...closed.values()], from, head.seq);
      await checkComments(snapshot, events, from, head.seq);
      // The state follows from the events up to here only if nothing was appended since.
      if ((await logHead(snapshot)).seq > head.seq) return false;
      await checkState(snapshot, projection);
      await checkNothingBeyond(snapshot, head.seq);
      return true;
    });
  }
}

export interface Verifying {
  /** Called with the progress after each piece. */
  readonly onPiece?: (head: ChainHead) => void;
  /** The number of events from which a second thread is worthwhile. */
  readonly manyEvents?: number;
  /** An unused thread that was started before; default: one is started when needed. */
  readonly thread?: RangesThread | undefined;
}

/** Starting a thread takes as long as this number of events. */
const MANY_EVENTS = 5000;

/**
 * Verifies everything, once.
 * @returns the end of the log
 * @throws DataFolderProblem `chain_broken` with the first event or row that does not match
 */
export async function verifyRegistry(
  store: Pick<Store, 'read' | 'file' | 'newestSeq'>,
  options: Verifying = {},
): Promise<ChainHead> {
  const { onPiece = () => {} } = options;
  const ranges = await rangesFor(store, options);
  const running = verification(store, RANGE, ranges);
  try {
    while (!(await running.next())) onPiece(running.head());
    return running.head();
  } finally {
    await ranges.close();
  }
}

async function rangesFor(
  store: Pick<Store, 'read' | 'file' | 'newestSeq'>,
  { manyEvents = MANY_EVENTS, thread }: Verifying,
): Promise<Ranges> {
  const { file } = store;
  const newest = store.newestSeq?.() ?? 0;
  if (file === undefined || newest === 0) return NO_RANGES;
  const macs = await store.read(async snapshot => macsOf(snapshot));
  const options = { file, newest, macs };
  return newest >= manyEvents ? rangesOfTwoThreads(options, thread) : rangesOf(options);
}

interface Piece {
  /** The events up to the first one that cannot be read. */
  readonly events: readonly RegistryEvent[];
  /** Why that event cannot be read; undefined if all can. */
  readonly unreadable: Error | undefined;
  /** The promotions of its events, from the tables. */
  readonly known: ReadonlyMap<number, PromotionRecord>;
  /** The last event whose hash, MAC and version match; undefined if none was checked yet. */
  readonly checked: ChainHead | undefined;
}

async function pieceAfter(snapshot: ReadSnapshot, { seq }: ChainHead, size: number): Promise<Piece> {
  // Verifies that the MACs are of this process's key.
  await logHead(snapshot);
  const rows = await eventRowsAfter(snapshot, { seq, limit: size });
  for (const row of rows) checkMac(snapshot, row);
  const { events, unreadable } = eventsOf(rows);
  return { events, unreadable, known: await knownTo(snapshot, events, seq), checked: undefined };
}

/** The piece of a range that matches; undefined if it does not belong to this log. */
async function pieceOf(
  snapshot: ReadSnapshot,
  { seq, hash }: ChainHead,
  range: CheckedRange,
): Promise<Piece | undefined> {
  if (range.previousHash !== hash) return undefined;
  await logHead(snapshot);
  const [last] = await hashesOf(snapshot, { seq: range.head.seq });
  if (last?.hash !== range.head.hash) return undefined;
  const events = eventsOfRange(range, seq);
  return { events, unreadable: undefined, known: await knownTo(snapshot, events, seq), checked: range.head };
}

const hashesOf = preparedQuery((database, { seq }: { readonly seq: number }) =>
  database.selectFrom('events').select('hash').where('seq', '=', seq),
);

async function knownTo(
  snapshot: ReadSnapshot,
  events: readonly RegistryEvent[],
  seq: number,
): Promise<ReadonlyMap<number, PromotionRecord>> {
  const ids = new Set<number>();
  for (const event of events) {
    const id = promotionOf(event);
    if (id !== undefined && id <= seq) ids.add(id);
  }
  if (ids.size === 0) return new Map();
  const promotions = await snapshot
    .selectFrom('promotions')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
  const records = await recordsOf(snapshot, promotions);
  return new Map(records.map(record => [record.id, record]));
}

interface Followed {
  readonly head: ChainHead;
  readonly events: readonly RegistryEvent[];
  /** Promotions that its events closed, or commented on after they were closed. */
  readonly closed: ReadonlyMap<number, PromotionRecord>;
}

function followed(
  { events, unreadable, known, checked }: Piece,
  start: ChainHead,
  projection: Projection,
): Followed {
  let head = start;
  const closed = new Map<number, PromotionRecord>();
  for (const event of events) {
    const why = checked ? undefined : validateNextEvent(event, head);
    if (why !== undefined) throw broken(why);
    let promotion: PromotionRecord | undefined;
    try {
      promotion = follow(projection, event, id => closed.get(id) ?? known.get(id));
    } catch (cause) {
      if (cause instanceof EventMisfit) throw broken(cause.message, { cause });
      throw broken(`Event ${event.seq} cannot be read.`, { cause });
    }
    if (promotion !== undefined && !projection.open.has(promotion.id)) closed.set(promotion.id, promotion);
    head = event;
  }
  if (unreadable !== undefined) throw unreadable;
  head = checked ?? { seq: head.seq, hash: head.hash };
  return { head, events, closed };
}

function eventsOf(rows: readonly EventsTable[]): Pick<Piece, 'events' | 'unreadable'> {
  const events: RegistryEvent[] = [];
  for (const row of rows)
    try {
      events.push(eventOfRow(row));
    } catch (cause) {
      return { events, unreadable: broken(`Event ${row.seq} cannot be read.`, { cause }) };
    }
  return { events, unreadable: undefined };
}
