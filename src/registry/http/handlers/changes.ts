/** The log over HTTP, page by page; a call may wait for what comes next. */
import { Problem } from '../../../core/problem.ts';
import { eventsAfter, logHead } from '../../store/log.ts';
import type { Snapshot } from '../../store/store.ts';
import { jsonAnswer } from '../answer.ts';
import type { Handler } from '../call.ts';
import { makeCursor, numberCursor } from '../cursor.ts';

export const handleChanges: Handler<'changes'> = async ({ store, query, ended, reauthenticate }) => {
  const { after, limit, wait } = query;
  const seq = after === undefined ? 0 : placeOf(after);
  let gone: AbortSignal | undefined;
  const deadline = performance.now() + wait * 1000;
  for (;;) {
    const revision = store.revision();
    const events = await store.read(snapshot => page(snapshot, seq, limit));
    const left = deadline - performance.now();
    if (events.length > 0 || left <= 0 || gone?.aborted) {
      if (gone !== undefined) await reauthenticate();
      return jsonAnswer(200, { events, cursor: makeCursor('changes', events.at(-1)?.seq ?? seq) });
    }
    gone ??= ended();
    await store.changed(revision, left, gone);
  }
};

/** The number of an event does as well as a cursor: whoever keeps a checkpoint or an export goes on from there. */
function placeOf(after: string): number {
  return /^[0-9]{1,15}$/.test(after) ? Number(after) : numberCursor('changes', after);
}

async function page(snapshot: Snapshot, seq: number, limit: number) {
  const events = await eventsAfter(snapshot, seq, limit);
  if (events.length > 0) return events;
  const head = await logHead(snapshot);
  if (seq <= head.seq) return events;
  throw new Problem(
    'invalid_request',
    `This cursor stands after event ${seq}, but the log ends with event ${head.seq}: it is of another registry, or the log lost its end. Do not trust what was synced; begin again without a cursor.`,
    { fields: [{ pointer: '/after', message: 'stands after the end of the log' }] },
  );
}
