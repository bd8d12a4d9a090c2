/**
 * Whether a registry is what its log says: the chain, the sources, and every table that follows from the log. It goes
 * in pieces, each a short read of its own, so that a registry can be verified while it is served, and however long its
 * log is it takes no more memory than what there is now (prompts, pointers, keys, promotions that wait).
 */
import type { KeyObject } from 'node:crypto';
import { CHAIN_START, type ChainHead, type RegistryEvent, whyNotNext } from '../../core/event.ts';
import { emptyProjection, follow, type Projection, promotionOf } from '../../core/projection.ts';
import { EventMisfit, type PromotionRecord } from '../../core/promotion.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import { recordsOf } from '../promotions/rows.ts';
import { broken } from '../store/broken.ts';
import { eventOfRow } from '../store/event-row.ts';
import { eventRowsAfter, logHead } from '../store/log.ts';
import { checkMac, macsOf } from '../store/macs.ts';
import type { Snapshot, Store } from '../store/store.ts';
import type { EventsTable } from '../store/tables.ts';
import type { HashJob } from './hash-job.ts';
import { type Hashing, hashingThread, NO_HASHING } from './hashing.ts';
import { checkClosed, checkComments, checkNothingBeyond, checkState } from './tables.ts';
import { checkVersions } from './versions.ts';

/** Events in one piece, when nothing else is to be done meanwhile. */
const PIECE = 1000;

export interface Verification {
  /** How far it is: everything up to this event fits. */
  head(): ChainHead;
  /** The time of that event; empty at the start. */
  at(): string;
  /**
   * Verifies the next piece.
   * @returns whether the end of the log was reached, and with it every table verified
   * @throws DataFolderProblem `chain_broken` that names the first event or row that does not fit
   */
  next(): Promise<boolean>;
}

/**
 * @param size of a piece, in events
 * @param hashing what another thread does of it
 */
export function verification(
  store: Pick<Store, 'read'>,
  size: number = PIECE,
  hashing: Hashing = NO_HASHING,
): Verification {
  let head: ChainHead = CHAIN_START;
  const projection = emptyProjection();
  return {
    head: () => head,
    at: () => projection.at,
    next: async () => {
      try {
        return await next();
      } catch (error) {
        // The thread's findings come before those found here.
        if (DataFolderProblem.is(error, 'chain_broken')) await hashing.settled(store);
        throw error;
      }
    },
  };

  async function next(): Promise<boolean> {
    await hashing.checkLeft(store);
    // A read may run again: what it changes is the same the second time only if nothing was changed the first time.
    const read = await store.read(snapshot => pieceAfter(snapshot, head, size, hashing));
    const piece = followed(read, head, projection);
    const from = head.seq;
    head = piece.head;
    const isEnd = await store.read(async snapshot => {
      await checkVersions(snapshot, piece.events, { after: from, until: head.seq }, hashing);
      await checkClosed(snapshot, piece.events, [...piece.closed.values()], from, head.seq);
      await checkComments(snapshot, piece.events, from, head.seq);
      // Only when nothing was appended since does the state follow from the events up to here.
      if ((await logHead(snapshot)).seq > head.seq) return false;
      await checkState(snapshot, projection);
      await checkNothingBeyond(snapshot, head.seq);
      return true;
    });
    if (isEnd) await hashing.settled(store);
    return isEnd;
  }
}

export interface Verifying {
  /** Told how far it is after each piece. */
  readonly onPiece?: (head: ChainHead) => void;
  /** Events from which on a log is worth a thread beside this one. */
  readonly manyEvents?: number;
  readonly startThread?: (file: string) => Hashing;
}

/** To start a thread takes as long as so many events. */
const MANY_EVENTS = 5000;

/**
 * All of it, once.
 * @returns where the log ends
 * @throws DataFolderProblem `chain_broken` that names the first event or row that does not fit
 */
export async function verifyRegistry(
  store: Pick<Store, 'read' | 'file' | 'newestSeq'>,
  options: Verifying = {},
): Promise<ChainHead> {
  const { onPiece = () => {}, manyEvents = MANY_EVENTS, startThread = hashingThread } = options;
  const isLong = (store.newestSeq?.() ?? 0) >= manyEvents;
  const hashing = store.file === undefined || !isLong ? NO_HASHING : startThread(store.file);
  const running = verification(store, PIECE, hashing);
  try {
    while (!(await running.next())) onPiece(running.head());
    return running.head();
  } finally {
    await hashing.close();
  }
}

interface Piece {
  /** Up to the first that cannot be read. */
  readonly events: readonly RegistryEvent[];
  /** Why that one cannot be read; undefined where all can. */
  readonly unreadable: Error | undefined;
  /** The promotions that its events are of, as their tables have them. */
  readonly known: ReadonlyMap<number, PromotionRecord>;
}

async function pieceAfter(
  snapshot: Snapshot,
  { seq }: ChainHead,
  size: number,
  hashing: Hashing,
): Promise<Piece> {
  // Whether the MACs are by the key that this process has.
  await logHead(snapshot);
  const rows = await eventRowsAfter(snapshot, { seq, limit: size });
  await checkMacs(snapshot, rows, hashing);
  const { events, unreadable } = eventsOf(rows);
  const ids = new Set<number>();
  for (const event of events) {
    const id = promotionOf(event);
    if (id !== undefined && id <= seq) ids.add(id);
  }
  if (ids.size === 0) return { events, unreadable, known: new Map() };
  const promotions = await snapshot
    .selectFrom('promotions')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
  const records = await recordsOf(snapshot, promotions);
  return { events, unreadable, known: new Map(records.map(record => [record.id, record])) };
}

/** MACs that are checked at once. */
const SOME = 500;

async function checkMacs(snapshot: Snapshot, rows: readonly EventsTable[], hashing: Hashing): Promise<void> {
  const macs = macsOf(snapshot);
  if (macs === undefined) return;
  const { secret, start } = macs;
  for (let from = 0; from < rows.length; from += SOME) {
    const some = rows.slice(from, from + SOME).filter(({ seq }) => seq >= start);
    const check = async (later: Snapshot) => {
      for (const row of some) checkMac(later, row);
    };
    if (some.length > 0 && hashing.hasRoom()) hashing.take(macJob(secret, some), check);
    else await check(snapshot);
  }
}

function macJob(secret: KeyObject, rows: readonly EventsTable[]): HashJob {
  return {
    kind: 'macs',
    secret,
    seqs: rows.map(({ seq }) => seq),
    hashes: rows.map(({ hash }) => hash),
    macs: rows.map(({ mac }) => mac ?? ''),
  };
}

interface Followed {
  readonly head: ChainHead;
  readonly events: readonly RegistryEvent[];
  /** Promotions that its events closed, or commented on after that. */
  readonly closed: ReadonlyMap<number, PromotionRecord>;
}

function followed({ events, unreadable, known }: Piece, start: ChainHead, projection: Projection): Followed {
  let head = start;
  const closed = new Map<number, PromotionRecord>();
  for (const event of events) {
    const why = whyNotNext(event, head);
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
  head = { seq: head.seq, hash: head.hash };
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
