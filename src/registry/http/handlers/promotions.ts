/** Promotions over HTTP. */
import type { Promotion } from '../../../contract/promotions.ts';
import { pathOf, ROUTES } from '../../../contract/routes.ts';
import { promote } from '../../promotions/promote.ts';
import { listPromotions, readPromotion } from '../../promotions/read.ts';
import { jsonAnswer } from '../answer.ts';
import type { Handler } from '../call.ts';
import { numberCursor, pageOf } from '../cursor.ts';
import { doneOnce } from '../idempotency.ts';

export const handlePromote: Handler<'promote'> = async ({ store, caller, parameters, body, repeatable }) => {
  const done = await doneOnce(store, caller, repeatable, async transaction => {
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
