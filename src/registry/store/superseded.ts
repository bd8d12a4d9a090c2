/** Checks whether a process's key was replaced by another that it endorsed: then its MACs are no longer the log's. */
import { sql } from 'kysely';
import { Problem } from '../../core/problem.ts';
import { type SigningKeyChange, validateEndorsement } from '../../core/signing-key.ts';
import type { EventMacs } from './macs.ts';
import type { ReadSnapshot } from './store.ts';

/** @throws Problem `unavailable` */
export async function checkNotSuperseded(
  snapshot: ReadSnapshot,
  { publicKey, start }: EventMacs,
): Promise<void> {
  const changes = await snapshot
    .selectFrom('events')
    .select(['seq', 'previous_hash', 'data'])
    .where('kind', '=', sql.lit('signing_key.set' as const))
    .where('seq', '>', start)
    .orderBy('seq')
    .execute();
  let key = publicKey;
  for (const { seq, previous_hash, data } of changes) {
    const change = JSON.parse(data) as SigningKeyChange;
    const before = { seq: seq - 1, hash: previous_hash };
    if (validateEndorsement(change, before, key) === undefined) key = change.publicKey;
  }
  if (key !== publicKey)
    throw new Problem(
      'unavailable',
      'Another key has taken the place of the one that this process has. Start every process of this registry anew with the new --registry-key.',
    );
}
