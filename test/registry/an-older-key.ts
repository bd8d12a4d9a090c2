/** A key as an older registry may have made it: of an actor whose name none would take now. */
import { randomBytes } from 'node:crypto';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { hashKey, makeKey } from '../../src/core/key.ts';
import type { Role } from '../../src/core/role.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { appendEvent } from '../../src/registry/store/log.ts';
import type { Store } from '../../src/registry/store/store.ts';

/** @returns the credential */
export async function anOlderKey(store: Store, place: string, role: Role, actor: string): Promise<string> {
  const environment = parseEnvironmentName(place);
  const { id, key } = makeKey(environment, randomBytes);
  await store.write(async transaction => {
    const { seq, at } = await appendEvent(transaction, store.now, () => ({
      ...COMMAND_LINE,
      kind: 'key.created',
      environment,
      data: { id, role, actor, expiresAt: null },
    }));
    const times = { created_at: at, expires_at: null, last_used_at: null, revoked_at: null };
    await transaction
      .insertInto('keys')
      .values({ id, seq, environment, role, actor, hash: hashKey(key), ...times })
      .execute();
  });
  return key;
}
