/** A key as authentication needs it. */
import type { EnvironmentName } from '../../core/environment.ts';
import type { Snapshot } from '../store/store.ts';
import type { Caller } from './caller.ts';

export interface KnownKey {
  readonly caller: Caller;
  /** SHA-256 of it, 32 bytes. */
  readonly hash: Buffer;
  /** RFC 3339; null: it does not expire. */
  readonly expires: string | null;
  /** The same in ms since 1970, or Infinity. */
  readonly expiresAt: number;
  readonly revokedAt: string | null;
}

export async function readKnownKey(
  snapshot: Snapshot,
  id: string,
  environment: EnvironmentName,
): Promise<KnownKey | undefined> {
  const row = await snapshot
    .selectFrom('keys')
    .selectAll()
    .where('id', '=', id)
    .where('environment', '=', environment)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    caller: { key: row.id, actor: row.actor, role: row.role, environment: row.environment },
    hash: Buffer.from(row.hash, 'hex'),
    expires: row.expires_at,
    expiresAt: row.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(row.expires_at),
    revokedAt: row.revoked_at,
  };
}
