/** A key as authentication needs it. */
import type { EnvironmentName } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { Caller } from './caller.ts';
import { readCommittedKey } from './committed-key.ts';

export interface KnownKey {
  readonly caller: Caller;
  /** SHA-256 of the key, 32 bytes. */
  readonly hash: Buffer;
  /** RFC 3339; null if it does not expire. */
  readonly expires: string | null;
  /** The same in ms since 1970, or Infinity. */
  readonly expiresAt: number;
  readonly revokedAt: string | null;
}

/** @throws DataFolderProblem `chain_broken` when the row is not what its events say */
export async function readKnownKey(
  snapshot: ReadSnapshot,
  id: string,
  environment: EnvironmentName,
): Promise<KnownKey | undefined> {
  const row = await readCommittedKey(snapshot, id);
  if (row?.environment !== environment) return undefined;
  return {
    caller: { key: row.id, actor: row.actor, role: row.role, environment: row.environment },
    hash: Buffer.from(row.hash, 'hex'),
    expires: row.expires_at,
    expiresAt: timeOf(row.expires_at),
    revokedAt: row.revoked_at,
  };
}

export function withExpiry(known: KnownKey, expires: string | null): KnownKey {
  return { ...known, expires, expiresAt: timeOf(expires) };
}

/** @throws Problem `key_revoked`, `key_expired` */
export function checkUsable(
  {
    revokedAt,
    expires,
    expiresAt = timeOf(expires),
  }: Pick<KnownKey, 'revokedAt' | 'expires'> & Partial<KnownKey>,
  now: Date,
): void {
  if (revokedAt !== null)
    throw new Problem('key_revoked', `This key was revoked at ${revokedAt}. Ask an admin for a new one.`);
  if (now.getTime() >= expiresAt)
    throw new Problem('key_expired', `This key expired at ${expires}. Ask an admin for a new one.`);
}

function timeOf(expires: string | null): number {
  return expires === null ? Number.POSITIVE_INFINITY : Date.parse(expires);
}
