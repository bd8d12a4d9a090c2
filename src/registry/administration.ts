/** Operations of the command line on a data folder without HTTP, so that the first admin key can be created. */
import type { CreatedKey, KeyRecord, RevokedKey } from '../contract/keys.ts';
import type { CreatedWebhook, WebhookRecord } from '../contract/webhooks.ts';
import type { Environment } from '../core/environment.ts';
import { COMMAND_LINE } from './access/caller.ts';
import * as keys from './access/keys.ts';
import * as environments from './environments.ts';
import type { RegistryIdentity } from './identity.ts';
import type { Store } from './store/store.ts';
import * as webhooks from './webhooks/webhooks.ts';

/** @throws Problem `environment_not_found`, or `invalid_request` for an expiry that is past */
export function createKey(store: Store, key: keys.NewKey): Promise<CreatedKey> {
  return store.write(transaction => keys.createKey(transaction, store.now, COMMAND_LINE, key));
}

/** The keys of one environment or of all, newest first. @throws Problem `environment_not_found` */
export async function listKeys(
  store: Store,
  listing: Pick<keys.KeyListing, 'environment' | 'limit'> = {},
): Promise<KeyRecord[]> {
  const { environment } = listing;
  const found = await store.read(async snapshot => {
    if (environment !== undefined) await environments.readEnvironment(snapshot, environment);
    return keys.listKeys(snapshot, listing);
  });
  return found.map(({ record }) => record);
}

/** @param cascade true to also revoke the keys that it created @throws Problem `key_not_found` */
export function revokeKey(store: Store, id: string, cascade = false): Promise<RevokedKey> {
  const revoke = cascade ? keys.revokeKeyAndWhatItMade : keys.revokeKey;
  return store.write(transaction => revoke(transaction, store.now, COMMAND_LINE, id));
}

/** @throws Problem `key_not_found`, `key_ended` */
export function rotateKey(store: Store, id: string, rotation: keys.Rotation): Promise<CreatedKey> {
  return store.write(transaction => keys.rotateKey(transaction, store.now, COMMAND_LINE, id, rotation));
}

/** In promotion order. */
export function listEnvironments(store: Store): Promise<Environment[]> {
  return store.read(environments.readEnvironments);
}

/**
 * Sets the policy of an environment, or adds it after the others.
 * @throws Problem `environment_not_found` for `promoteFrom`, `invalid_request` when environments would promote in a circle
 */
export function setEnvironment(store: Store, environment: Environment): Promise<environments.SetEnvironment> {
  return store.write(transaction =>
    environments.setEnvironment(transaction, store.now, COMMAND_LINE, environment),
  );
}

/** @throws Problem `environment_not_found`, `invalid_request` when there are too many */
export function createWebhook(
  store: Store,
  identity: RegistryIdentity,
  webhook: webhooks.NewWebhook,
): Promise<CreatedWebhook> {
  return store.write(transaction =>
    webhooks.createWebhook(transaction, store.now, COMMAND_LINE, identity, webhook),
  );
}

/** The webhooks of all environments, newest first. */
export async function listWebhooks(store: Store): Promise<WebhookRecord[]> {
  const found = await store.read(snapshot => webhooks.listWebhooks(snapshot, {}));
  return found.map(({ record }) => record);
}

/** @throws Problem `webhook_not_found` */
export function removeWebhook(store: Store, id: string): Promise<WebhookRecord> {
  return store.write(transaction => webhooks.removeWebhook(transaction, store.now, COMMAND_LINE, id));
}
