/** Writes on behalf of a caller: a key that allowed the request when it began must still allow it at the commit. */
import { Problem } from '../../core/problem.ts';
import type { Role } from '../../core/role.ts';
import { lastEventAhead, newestTime } from '../store/log.ts';
import { readOnce } from '../store/remembered.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { keyRow } from '../store/verified-rows.ts';
import { type Caller, checkRole } from './caller.ts';
import { committedKeyAhead, readCommittedKey } from './committed-key.ts';
import { EMBEDDED_KEY } from './embedded-authenticator.ts';
import { checkUsable } from './known-key.ts';

/** A store's `write` for one caller. It also rejects if the caller's key no longer allows the call. */
export type AuthorizedWrite = Store['write'];

/**
 * Authentication took place before the transaction: the body may have taken a minute to arrive, and the key may have
 * been revoked meanwhile, here or by another process. No other write runs during the transaction, so everything it
 * reads is true at its commit, except the time, which is checked again at the end.
 * @returns writes that throw Problem `key_unknown`, `key_revoked`, `key_expired` or `role_too_low`
 */
export function authorizedWrite(store: Store, caller: Caller, needed: Role): AuthorizedWrite {
  return (work, ahead) =>
    store.write(
      async transaction => {
        const checkTime = await authorize(transaction, store.now, caller, needed);
        const done = await work(transaction);
        checkTime();
        return done;
      },
      ahead && {
        queries: transaction => [
          ...lastEventAhead(transaction),
          ...(caller.key === EMBEDDED_KEY ? [] : committedKeyAhead(transaction, caller.key)),
          ...ahead.queries(transaction),
        ],
        subjects: ahead.subjects,
      },
    );
}

async function authorize(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  needed: Role,
): Promise<() => void> {
  checkRole(caller, needed);
  // The user of an embedded registry has no key.
  if (caller.key === EMBEDDED_KEY) return () => {};
  // First, because the end of the log decides whether a verified row is still valid.
  const newest = Date.parse((await newestTime(transaction)) ?? '') || 0;
  // Writes that share a transaction usually have the same key.
  const row = await readOnce(transaction, keyRow(caller.key), () =>
    readCommittedKey(transaction, caller.key),
  );
  if (row === undefined || row.environment !== caller.environment || row.actor !== caller.actor)
    throw new Problem(
      'key_unknown',
      'The key is no longer what it was when this request began. Ask an admin for a new one.',
    );
  checkRole({ ...caller, role: row.role }, needed);
  const known = { expires: row.expires_at, revokedAt: row.revoked_at };
  // A clock that was set back makes no key valid again.
  const checkTime = () => checkUsable(known, new Date(Math.max(now().getTime(), newest)));
  checkTime();
  return checkTime;
}
