/** Webhooks over HTTP. Admins manage only the webhooks of their own environment. */
import { Problem } from '../../../core/problem.ts';
import { checkOwnEnvironment } from '../../access/caller.ts';
import { parseTarget } from '../../webhooks/target.ts';
import { createWebhook, listWebhooks, readWebhook, removeWebhook } from '../../webhooks/webhooks.ts';
import { numberCursor, pageOf } from '../cursor.ts';
import { jsonAnswer } from '../http-response.ts';
import type { Handler } from '../route-context.ts';

export const handleListWebhooks: Handler<'listWebhooks'> = async ({ store, caller, query }) => {
  const { cursor, limit } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numberCursor('webhooks', cursor);
  const found = await store.read(snapshot =>
    listWebhooks(snapshot, { environment: caller.environment, before, limit: limit + 1 }),
  );
  const page = pageOf('webhooks', found, limit, ({ seq }) => seq);
  return jsonAnswer(200, { ...page, data: page.data.map(({ record }) => record) });
};

/** Cannot be repeated with an Idempotency-Key, because the answer contains a secret, which is not stored. */
export const handleCreateWebhook: Handler<'createWebhook'> = async call => {
  const { store, write, caller, body, identity, webhooksToPrivateNetworks } = call;
  if (identity === null || webhooksToPrivateNetworks === null)
    throw new Problem(
      'webhooks_not_served',
      'This registry sends no webhooks. Serve it with "promptforge serve", which has a key to sign them with.',
    );
  const { url, ...filters } = body;
  const target = parseTarget(url, webhooksToPrivateNetworks);
  const { environment } = caller;
  const created = await write(transaction =>
    createWebhook(transaction, store.now, caller, identity, { ...filters, environment, target }),
  );
  return jsonAnswer(201, created);
};

export const handleRemoveWebhook: Handler<'removeWebhook'> = async ({ store, write, caller, parameters }) => {
  const record = await write(async transaction => {
    const { environment } = await readWebhook(transaction, parameters.id);
    checkOwnEnvironment(caller, environment, 'removing this webhook');
    return removeWebhook(transaction, store.now, caller, parameters.id);
  });
  return jsonAnswer(200, record);
};
