/**
 * A first check of a credential, for times when many are wrong: cheaper than a delivery, without queries for unknown
 * keys, and without false negatives for valid keys.
 */
import { hash } from 'node:crypto';
import { parseKey } from '../../core/key.ts';
import { Problem } from '../../core/problem.ts';
import type { CachedEntries, RegistryCache } from '../registry-cache.ts';
import type { Store } from '../store/store.ts';
import { type KnownIds, knownIds } from './known-ids.ts';

/** Returns true if the key of an `Authorization` header may be valid; false if it is not. */
export type ScreenKey = (authorization: string | undefined) => boolean | Promise<boolean>;

const KEY_IN_HEADER = /^Bearer +(pf_[a-z0-9-]{1,32}_([0-9A-Za-z]{12})_[0-9A-Za-z]{38}) *$/i;
/** Longer than any header with a key. */
const MAX_LENGTH = 200;

export function screenKey(store: Store, memory: RegistryCache): ScreenKey {
  const ids: KnownIds = knownIds(store);
  let kept: CachedEntries | undefined;

  return authorization => {
    if (authorization === undefined || authorization.length > MAX_LENGTH) return false;
    const [, key = '', id = ''] = KEY_IN_HEADER.exec(authorization) ?? [];
    if (key === '') return false;
    try {
      const has = ids.has(id);
      if (typeof has !== 'boolean') return has.then(is => is && mayBeValid(id, key)).catch(() => false);
      return has && mayBeValid(id, key);
    } catch {
      // The database does not respond, so no unknown key can be looked up.
      return false;
    }
  };

  function mayBeValid(id: string, key: string): boolean {
    const present = memory.present();
    kept = present ?? kept;
    const known = kept?.keys.get(id);
    // The threads that have all keys decide whether it is the key.
    if (known === undefined) return isWellFormed(key);
    if (hash('sha256', key, 'binary') !== known.hash.toString('latin1')) return false;
    // A revocation is final; the expiry may have changed since.
    if (known.revokedAt !== null) return false;
    return present === undefined || store.now().getTime() < known.expiresAt;
  }
}

function isWellFormed(key: string): boolean {
  try {
    parseKey(key);
    return true;
  } catch (error) {
    if (Problem.is(error, 'key_malformed')) return false;
    throw error;
  }
}
