/** The proof over HTTP that one head of the log extends another. */
import { MAX_CONSISTENCY_EVENTS } from '../../../contract/consistency.ts';
import { CHAIN_START, type ChainHead } from '../../../core/event.ts';
import { Problem } from '../../../core/problem.ts';
import { eventsAfter, logHead } from '../../store/log.ts';
import type { ReadSnapshot } from '../../store/store.ts';
import { jsonAnswer } from '../http-response.ts';
import type { Handler } from '../route-context.ts';

export const handleConsistency: Handler<'consistency'> = async ({ store, query }) =>
  jsonAnswer(200, await store.read(snapshot => proof(snapshot, query.from, query.to)));

async function proof(snapshot: ReadSnapshot, from: number, to: number | undefined) {
  const end = await logHead(snapshot);
  if (to !== undefined && to < from)
    throw wrong('/to', `The newer head (${to}) is before the older one (${from}). Swap them.`);
  const last = to ?? Math.max(from, end.seq);
  if (last > end.seq)
    throw wrong(
      from > end.seq ? '/from' : '/to',
      `The log ends with event ${end.seq}, so there is no event ${last}: the head belongs to another registry, or the log lost its end.`,
    );
  const events = await eventsAfter(snapshot, from, Math.min(last - from, MAX_CONSISTENCY_EVENTS));
  const newest = events.at(-1);
  const older = await headAt(snapshot, from);
  return { from: older, to: newest ? { seq: newest.seq, hash: newest.hash } : older, events };
}

async function headAt(snapshot: ReadSnapshot, seq: number): Promise<ChainHead> {
  if (seq === 0) return CHAIN_START;
  return snapshot
    .selectFrom('events')
    .select(['seq', 'hash'])
    .where('seq', '=', seq)
    .executeTakeFirstOrThrow();
}

function wrong(pointer: string, message: string): Problem {
  return new Problem('invalid_request', message, { fields: [{ pointer, message }] });
}
