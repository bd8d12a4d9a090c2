/** Authentication by key. Only a caller with a key's secret learns anything about it. */
import { hash, timingSafeEqual } from 'node:crypto';
import { KEY_ID_LENGTH, parseKey } from '../../core/key.ts';
import { Problem } from '../../core/problem.ts';
import type { RegistryCache } from '../registry-cache.ts';
import type { Store } from '../store/store.ts';
import { type Authenticator, bearerCredential } from './authenticator.ts';
import type { Caller } from './caller.ts';
import { checkUsable, type KnownKey, readKnownKey } from './known-key.ts';
import { lastUse, type WriteKeyUses } from './last-use.ts';

const SCHEME = 'Bearer ';
/** Compared if the id is unknown, so that it takes as long as for a wrong secret. */
const NO_HASH = Buffer.alloc(32);

export interface KeyAuthenticatorOptions {
  /** Writes when keys were last used; undefined to not record it. */
  readonly writeUses?: WriteKeyUses | undefined;
}

export function keyAuthenticator(
  store: Store,
  memory: RegistryCache,
  { writeUses }: KeyAuthenticatorOptions = {},
): Authenticator {
  const uses = writeUses && lastUse(writeUses);
  /** The last credential and key of each connection, because applications keep sending the same. */
  const sent = new WeakMap<object, { readonly authorization: string; readonly known: KnownKey }>();
  // Shared, because a new buffer for each request would cost more than the hash.
  const presented = Buffer.alloc(32);

  return {
    recognize(authorization, kept, connection) {
      if (authorization === undefined || !authorization.startsWith(SCHEME)) return undefined;
      const known = kept.keys.get(idIn(authorization));
      if (known === undefined) return undefined;
      const last = connection && sent.get(connection);
      if (last?.known === known && last.authorization === authorization) return used(known);
      const caller = check(authorization.slice(SCHEME.length), known);
      if (connection !== undefined) sent.set(connection, { authorization, known });
      return caller;
    },
    async authenticate(authorization) {
      const { id, key, environment } = parseKey(bearerCredential(authorization));
      const { kept, keepKey } = await memory.load();
      const known = kept.keys.get(id);
      if (known?.caller.environment === environment) return check(key, known);
      const read = await store.read(snapshot => readKnownKey(snapshot, id, environment));
      if (read !== undefined) keepKey(id, read);
      return check(key, read);
    },
    close: async () => uses?.close(),
  };

  function check(key: string, known: KnownKey | undefined): Caller {
    // As a string: Node creates it in half the time of hexadecimal, and a fifth of a buffer's.
    presented.write(hash('sha256', key, 'binary'), 'latin1');
    if (!timingSafeEqual(presented, known?.hash ?? NO_HASH) || known === undefined) {
      // An incomplete copy of a key is reported as such, whether or not a similar key is in memory.
      parseKey(key);
      throw new Problem(
        'key_unknown',
        'This registry does not know the key. Check that it is meant for this registry and that you copied all of it, or ask an admin for a new one.',
      );
    }
    return used(known);
  }

  /** @throws Problem `key_revoked`, `key_expired` */
  function used(known: KnownKey): Caller {
    const now = memory.now();
    checkUsable(known, now);
    uses?.note(known.caller.key, now.getTime());
    return known.caller;
  }
}

/** The part of the header at the position of a key's id (`pf_<environment>_<id>_…`); its hash decides whether it is that key. */
function idIn(authorization: string): string {
  const start = authorization.indexOf('_', SCHEME.length + 3) + 1;
  return authorization.slice(start, start + KEY_ID_LENGTH);
}
