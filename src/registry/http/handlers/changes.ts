/** The log over HTTP, page by page; a call may wait for the next events. */
import { numberCursor } from '../cursor.ts';
import type { Handler } from '../route-context.ts';

export const handleChanges: Handler<'changes'> = async ({ feed, caller, query, request, reauthenticate }) => {
  const { after, limit, wait } = query;
  const seq = after === undefined ? 0 : placeOf(after);
  const { answer, waited } = await feed.next({ seq, limit }, caller.key, wait * 1000, () => request.gone());
  if (waited) await reauthenticate();
  return answer;
};

/** An event's number is accepted as well as a cursor, so that clients can continue from a checkpoint or an export. */
function placeOf(after: string): number {
  return /^[0-9]{1,15}$/.test(after) ? Number(after) : numberCursor('changes', after);
}
