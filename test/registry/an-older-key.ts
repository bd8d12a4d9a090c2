/** Keys as an older registry, or another one, may have made them: of an actor or an end that none would take now. */
import { randomBytes } from 'node:crypto';
import { digestOf } from '../../src/core/digest.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { hashKey, type Key, makeKey } from '../../src/core/key.ts';
import type { Role } from '../../src/core/role.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { appendEvent } from '../../src/registry/store/log.ts';
import type { Store } from '../../src/registry/store/store.ts';

export interface OlderKey {
  readonly expiresAt?: string | null;
  /** True if its event commits to its hash; true unless told. */
  readonly commits?: boolean;
  /** With its id; another each time unless told. */
  readonly made?: { readonly id: string; readonly key: Key };
}

/** @returns the credential */
export async function anOlderKey(
  store: Store,
  place: string,
  role: Role,
  actor: string,
  { expiresAt = null, commits = true, made }: OlderKey = {},
): Promise<string> {
  const environment = parseEnvironmentName(place);
  const { id, key } = made ?? makeKey(environment, randomBytes);
  const hash = hashKey(key);
  await store.write(async transaction => {
    const { seq, at } = await appendEvent(transaction, store.now, () => ({
      ...COMMAND_LINE,
      kind: 'key.created',
      environment,
      data: { id, role, actor, expiresAt, ...(commits && { commitment: digestOf(hash) }) },
    }));
    const times = { created_at: at, expires_at: expiresAt, last_used_at: null, revoked_at: null };
    await transaction
      .insertInto('keys')
      .values({ id, seq, environment, role, actor, hash, ...times })
      .execute();
  });
  return key;
}
