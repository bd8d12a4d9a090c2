/** Promotions over HTTP. */
import type { Promotion } from '../../../contract/promotions.ts';
import { pathOf, ROUTES } from '../../../contract/routes.ts';
import { comment, listComments } from '../../promotions/comments.ts';
import * as decide from '../../promotions/decide.ts';
import { promote } from '../../promotions/promote.ts';
import { listPromotions, readPromotion, readRecord } from '../../promotions/read.ts';
import { numberCursor, pageOf } from '../cursor.ts';
import { jsonAnswer } from '../http-response.ts';
import { doneOnce } from '../idempotency.ts';
import type { Handler } from '../route-context.ts';

export const handlePromote: Handler<'promote'> = async call => {
  const { store, caller, parameters, body } = call;
  const done = await doneOnce(call, async transaction => {
    const promotion = await promote(transaction, store.now, caller, parameters.name, body);
    return { status: promotion.state === 'applied' ? 201 : 202, body: promotion };
  });
  const { id } = done.body as Promotion;
  return jsonAnswer(done.status, done.body, { Location: pathOf(ROUTES.getPromotion, { id }) });
};

export const handleListPromotions: Handler<'listPromotions'> = async ({ store, query }) => {
  const { cursor, limit, ...filter } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numberCursor('promotions', cursor);
  const promotions = await store.read(snapshot =>
    listPromotions(snapshot, { ...filter, before, limit: limit + 1 }),
  );
  return jsonAnswer(
    200,
    pageOf('promotions', promotions, limit, ({ id }) => Number(id)),
  );
};

export const handleGetPromotion: Handler<'getPromotion'> = async ({ store, parameters }) =>
  jsonAnswer(200, await store.read(snapshot => readPromotion(snapshot, parameters.id)));

export const handleApprove: Handler<'approve'> = async call => {
  const { store, caller, parameters, body } = call;
  const done = await doneOnce(call, async transaction => {
    const promotion = await decide.approve(transaction, store.now, caller, parameters.id, body.comment);
    return { status: promotion.state === 'applied' ? 200 : 202, body: promotion };
  });
  return jsonAnswer(done.status, done.body);
};

export const handleReject: Handler<'reject'> = async call => {
  const { store, caller, parameters, body } = call;
  const done = await doneOnce(call, async transaction => {
    const promotion = await decide.reject(transaction, store.now, caller, parameters.id, body.comment);
    return { status: 200, body: promotion };
  });
  return jsonAnswer(done.status, done.body);
};

export const handleCancel: Handler<'cancel'> = async call => {
  const { store, caller, parameters, body } = call;
  const done = await doneOnce(call, async transaction => {
    const promotion = await decide.cancel(transaction, store.now, caller, parameters.id, body.comment);
    return { status: 200, body: promotion };
  });
  return jsonAnswer(done.status, done.body);
};

export const handleComment: Handler<'comment'> = async call => {
  const { store, caller, parameters, body } = call;
  if (body.place !== null) await checkReads(call, body.place.side);
  const done = await doneOnce(call, async transaction => {
    const made = await comment(transaction, store.now, caller, parameters.id, body);
    return { status: 201, body: made };
  });
  return jsonAnswer(done.status, done.body);
};

/** Comments on a draft require access to it, because they reveal the number of its lines. */
async function checkReads(
  { store, drafts, caller, parameters }: Parameters<Handler<'comment'>>[0],
  side: 'from' | 'to',
): Promise<void> {
  const { prompt, from, version } = await store.read(snapshot => readRecord(snapshot, parameters.id));
  const read = side === 'from' ? from : version;
  if (read !== null) await drafts.check(caller, prompt, read);
}

export const handleListComments: Handler<'listComments'> = async call => {
  const { store, drafts, caller, parameters, query } = call;
  const { cursor, limit } = query;
  const after = cursor === undefined ? 0 : numberCursor('comments', cursor);
  const { prompt, from, version } = await store.read(snapshot => readRecord(snapshot, parameters.id));
  const mayRead = await drafts.reader(caller);
  const sides: ('from' | 'to')[] = [];
  if (from !== null && (await mayRead(prompt, from))) sides.push('from');
  if (await mayRead(prompt, version)) sides.push('to');
  const comments = await store.read(snapshot =>
    listComments(snapshot, parameters.id, { sides, after, limit: limit + 1 }),
  );
  return jsonAnswer(
    200,
    pageOf('comments', comments, limit, ({ id }) => Number(id)),
  );
};
