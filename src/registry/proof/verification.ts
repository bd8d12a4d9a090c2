/**
 * Whether a registry is what its log says: the chain, the sources, and every table that follows from the log. It goes
 * in pieces, each a short read of its own, so that a registry can be verified while it is served, and however long its
 * log is it takes no more memory than what there is now (prompts, pointers, keys, promotions that wait).
 */
import { CHAIN_START, type ChainHead, type RegistryEvent, whyNotNext } from '../../core/event.ts';
import { emptyProjection, follow, type Projection, promotionOf } from '../../core/projection.ts';
import { EventMisfit, type PromotionRecord } from '../../core/promotion.ts';
import { recordsOf } from '../promotions/rows.ts';
import { broken } from '../store/broken.ts';
import { eventOfRow, eventRowsAfter, logHead } from '../store/log.ts';
import { checkMac } from '../store/macs.ts';
import type { Snapshot, Store } from '../store/store.ts';
import type { EventsTable } from '../store/tables.ts';
import { checkClosed, checkComments, checkNothingBeyond, checkState, checkVersions } from './tables.ts';

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

/** @param size of a piece, in events */
export function verification(store: Pick<Store, 'read'>, size: number = PIECE): Verification {
  let head: ChainHead = CHAIN_START;
  const projection = emptyProjection();
  return {
    head: () => head,
    at: () => projection.at,
    next: async () => {
      // A read may run again: what it changes is the same the second time only if nothing was changed the first time.
      const read = await store.read(snapshot => pieceAfter(snapshot, head, size));
      const piece = followed(read, head, projection);
      const from = head.seq;
      head = piece.head;
      return store.read(async snapshot => {
        await checkVersions(snapshot, piece.events, from, head.seq);
        await checkClosed(snapshot, piece.events, [...piece.closed.values()], from, head.seq);
        await checkComments(snapshot, piece.events, from, head.seq);
        // Only when nothing was appended since does the state follow from the events up to here.
        if ((await logHead(snapshot)).seq > head.seq) return false;
        await checkState(snapshot, projection);
        await checkNothingBeyond(snapshot, head.seq);
        return true;
      });
    },
  };
}

/**
 * All of it, once.
 * @param onPiece told how far it is after each piece
 * @returns where the log ends
 * @throws DataFolderProblem `chain_broken` that names the first event or row that does not fit
 */
export async function verifyRegistry(
  store: Pick<Store, 'read'>,
  onPiece: (head: ChainHead) => void = () => {},
): Promise<ChainHead> {
  const running = verification(store);
  while (!(await running.next())) onPiece(running.head());
  return running.head();
}

interface Piece {
  /** Up to the first that cannot be read. */
  readonly events: readonly RegistryEvent[];
  /** Why that one cannot be read; undefined where all can. */
  readonly unreadable: Error | undefined;
  /** The promotions that its events are of, as their tables have them. */
  readonly known: ReadonlyMap<number, PromotionRecord>;
}

async function pieceAfter(snapshot: Snapshot, { seq }: ChainHead, size: number): Promise<Piece> {
  // Whether the MACs are by the key that this process has.
  await logHead(snapshot);
  const rows = await eventRowsAfter(snapshot, { seq, limit: size });
  for (const row of rows) checkMac(snapshot, row);
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

interface Followed {
  readonly head: ChainHead;
  readonly events: readonly RegistryEvent[];
  /** What its events closed, or commented on after that. */
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
