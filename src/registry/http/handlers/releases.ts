/** Releases over HTTP. */
import type { ReleaseAnswer } from '../../../contract/releases.ts';
import { pathOf, ROUTES } from '../../../contract/routes.ts';
import * as decide from '../../promotions/decide-release.ts';
import { listReleases, readRelease } from '../../promotions/read-releases.ts';
import { promoteRelease } from '../../promotions/release.ts';
import { numberCursor, pageOf } from '../cursor.ts';
import { jsonAnswer, jsonTextAnswer } from '../http-response.ts';
import { doneOnce } from '../idempotency.ts';
import type { Handler } from '../route-context.ts';

export const handlePromoteRelease: Handler<'promoteRelease'> = async call => {
  const { store, caller, body } = call;
  const done = await doneOnce(call, async transaction => {
    const answer = await promoteRelease(transaction, store.now, caller, body);
    return { status: answer.release === null ? 200 : isWaiting(answer) ? 202 : 201, body: answer };
  });
  const { release } = done.body as ReleaseAnswer;
  const headers = release === null ? {} : { Location: pathOf(ROUTES.getRelease, { id: release.id }) };
  return jsonAnswer(done.status, done.body, headers);
};

export const handleListReleases: Handler<'listReleases'> = async ({ store, query }) => {
  const { cursor, limit, ...filter } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numberCursor('releases', cursor);
  const releases = await store.read(snapshot =>
    listReleases(snapshot, { ...filter, before, limit: limit + 1 }),
  );
  return jsonAnswer(
    200,
    pageOf('releases', releases, limit, ({ id }) => Number(id)),
  );
};

export const handleGetRelease: Handler<'getRelease'> = async ({ store, parameters, work, asker }) => {
  const release = await store.read(snapshot => readRelease(snapshot, parameters.id));
  return jsonTextAnswer(200, await work.json(release, asker()));
};

export const handleApproveRelease: Handler<'approveRelease'> = async call => {
  const { store, caller, parameters, body } = call;
  const done = await doneOnce(call, async transaction => {
    const answer = await decide.approveRelease(transaction, store.now, caller, parameters.id, body.comment);
    return { status: isWaiting(answer) ? 202 : 200, body: answer };
  });
  return jsonAnswer(done.status, done.body);
};

export const handleRejectRelease: Handler<'rejectRelease'> = async call => {
  const { store, caller, parameters, body } = call;
  const done = await doneOnce(call, async transaction => ({
    status: 200,
    body: await decide.rejectRelease(transaction, store.now, caller, parameters.id, body.comment),
  }));
  return jsonAnswer(done.status, done.body);
};

export const handleCancelRelease: Handler<'cancelRelease'> = async call => {
  const { store, caller, parameters, body } = call;
  const done = await doneOnce(call, async transaction => ({
    status: 200,
    body: await decide.cancelRelease(transaction, store.now, caller, parameters.id, body.comment),
  }));
  return jsonAnswer(done.status, done.body);
};

function isWaiting({ release }: ReleaseAnswer): boolean {
  return release?.state === 'pending' || release?.state === 'planned';
}
