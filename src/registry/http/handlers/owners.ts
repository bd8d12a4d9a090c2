/** Owners of an environment over HTTP. */
import { pathOf, ROUTES } from '../../../contract/routes.ts';
import { approveOwners, cancelOwners, rejectOwners, requestOwners } from '../../owners/change.ts';
import { listOwnersChanges, showOwners, warningsOf } from '../../owners/read.ts';
import { jsonAnswer } from '../http-response.ts';
import { doneOnce } from '../idempotency.ts';
import type { Handler } from '../route-context.ts';

export const handleListOwnersChanges: Handler<'listOwnersChanges'> = async ({ store }) =>
  jsonAnswer(200, { data: await store.read(listOwnersChanges) });

export const handleGetOwners: Handler<'getOwners'> = async ({ store, parameters }) =>
  jsonAnswer(
    200,
    await store.read(snapshot => showOwners(snapshot, parameters.environment, store.now().toISOString())),
  );

export const handleRequestOwners: Handler<'requestOwners'> = async call => {
  const { store, caller, parameters, body } = call;
  // Patterns are matched against every prompt, so not within the transaction, for which others wait.
  const warnings = await store.read(snapshot => warningsOf(snapshot, body.text));
  const done = await doneOnce(call, async transaction => {
    const change = await requestOwners(transaction, store.now, caller, parameters.environment, body);
    return { status: change.state === 'applied' ? 201 : 202, body: { change, warnings } };
  });
  return jsonAnswer(done.status, done.body, { Location: pathOf(ROUTES.getOwners, parameters) });
};

export const handleApproveOwners: Handler<'approveOwners'> = async call => {
  const { store, caller, parameters, body } = call;
  const { environment, id } = parameters;
  const done = await doneOnce(call, async transaction => {
    const change = await approveOwners(transaction, store.now, caller, environment, id, body.comment);
    return { status: change.state === 'applied' ? 200 : 202, body: change };
  });
  return jsonAnswer(done.status, done.body);
};

export const handleRejectOwners: Handler<'rejectOwners'> = async call => {
  const { store, caller, parameters, body } = call;
  const { environment, id } = parameters;
  const done = await doneOnce(call, async transaction => {
    const change = await rejectOwners(transaction, store.now, caller, environment, id, body.comment);
    return { status: 200, body: change };
  });
  return jsonAnswer(done.status, done.body);
};

export const handleCancelOwners: Handler<'cancelOwners'> = async call => {
  const { store, caller, parameters, body } = call;
  const { environment, id } = parameters;
  const done = await doneOnce(call, async transaction => {
    const change = await cancelOwners(transaction, store.now, caller, environment, id, body.comment);
    return { status: 200, body: change };
  });
  return jsonAnswer(done.status, done.body);
};
