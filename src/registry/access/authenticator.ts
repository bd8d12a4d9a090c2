/** Identifies the caller of a request from its `Authorization` header. */
import { Problem } from '../../core/problem.ts';
import type { CachedEntries } from '../registry-cache.ts';
import type { Caller } from './caller.ts';

export interface Authenticator {
  /**
   * The caller, if it is cached; undefined if `authenticate` must be called. Throws like `authenticate`.
   * @param connection caches its last valid credential
   */
  recognize(authorization: string | undefined, kept: CachedEntries, connection?: object): Caller | undefined;
  /** @throws Problem `key_missing`, `key_malformed`, `key_unknown`, `key_revoked`, `key_expired` */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** Writes uses of keys that are not written yet. */
  close(): Promise<void>;
}

const BEARER = /^Bearer +([^\s]+) *$/i;

/** The credential of a `Bearer` header (RFC 6750). @throws Problem `key_missing`, `key_malformed` */
export function bearerCredential(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '')
    throw new Problem(
      'key_missing',
      'This call needs a key. Send it in the header "Authorization: Bearer pf_<environment>_<id>_<secret>".',
    );
  const credential = BEARER.exec(authorization)?.[1];
  if (credential === undefined)
    throw new Problem('key_malformed', 'The header Authorization must be "Bearer", a space and a key.');
  return credential;
}
