/** Keys over HTTP. Admins manage only the keys of their own environment. */
import type { KeyRecord } from '../../../contract/keys.ts';
import { checkOwnEnvironment } from '../../access/caller.ts';
import { EMBEDDED_KEY } from '../../access/embedded-authenticator.ts';
import {
  createKey,
  listKeys,
  readKey,
  revokeKey,
  revokeKeyAndWhatItMade,
  rotateKey,
} from '../../access/keys.ts';
import { readEnvironment } from '../../environments.ts';
import { numberCursor, pageOf } from '../cursor.ts';
import { jsonAnswer } from '../http-response.ts';
import type { Handler } from '../route-context.ts';

export const handleListKeys: Handler<'listKeys'> = async ({ store, caller, query }) => {
  const { cursor, limit } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numberCursor('keys', cursor);
  const found = await store.read(snapshot =>
    listKeys(snapshot, { environment: caller.environment, before, limit: limit + 1 }),
  );
  const page = pageOf('keys', found, limit, ({ seq }) => seq);
  return jsonAnswer(200, { ...page, data: page.data.map(({ record }) => record) });
};

export const handleCreateKey: Handler<'createKey'> = async ({ store, write, caller, body }) => {
  const created = await write(async transaction => {
    const { name } = await readEnvironment(transaction, body.environment);
    checkOwnEnvironment(caller, name, `making a key of ${name}`);
    return createKey(transaction, store.now, caller, body);
  });
  return jsonAnswer(201, created);
};

export const handleRevokeKey: Handler<'revokeKey'> = async ({ store, write, caller, parameters, body }) => {
  const record = await write(async transaction => {
    const { environment } = await readKey(transaction, parameters.id);
    checkOwnEnvironment(caller, environment, 'revoking this key');
    const revoke = body.cascade ? revokeKeyAndWhatItMade : revokeKey;
    return revoke(transaction, store.now, caller, parameters.id);
  });
  return jsonAnswer(200, record);
};

/** Cannot be repeated with an Idempotency-Key, because the answer contains a secret, which is not stored. */
export const handleRotateKey: Handler<'rotateKey'> = async ({ store, write, caller, parameters, body }) => {
  const created = await write(async transaction => {
    const { environment } = await readKey(transaction, parameters.id);
    checkOwnEnvironment(caller, environment, 'replacing this key');
    return rotateKey(transaction, store.now, caller, parameters.id, body);
  });
  return jsonAnswer(201, created);
};

export const handleCurrentKey: Handler<'currentKey'> = async ({ store, caller }) => {
  if (caller.key !== EMBEDDED_KEY)
    return jsonAnswer(200, await store.read(snapshot => readKey(snapshot, caller.key)));
  const { environment, role, actor } = caller;
  const record: KeyRecord = {
    id: EMBEDDED_KEY,
    environment,
    role,
    actor,
    createdAt: store.now().toISOString(),
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
  };
  return jsonAnswer(200, record);
};
