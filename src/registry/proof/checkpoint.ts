/** What the registry proves itself with: the key that signs, as its log names it, and checkpoints made by it. */
import { sql } from 'kysely';
import {
  CHECKPOINT_KIND,
  type Checkpoint,
  signedText,
  type UnsignedCheckpoint,
} from '../../core/checkpoint.ts';
import type { EventData } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import type { Author } from '../access/caller.ts';
import type { Identity } from '../identity.ts';
import { appendEvent, logHead, logTime } from '../store/log.ts';
import type { Snapshot, Store } from '../store/store.ts';

/** Records which key signs from now on, unless the log says so already: at the first start, and when it was changed. */
export async function recordSigningKey(store: Store, author: Author, identity: Identity): Promise<void> {
  const { publicKey } = identity;
  if ((await store.read(signingKey)) === publicKey) return;
  await store.write(async transaction => {
    if ((await signingKey(transaction)) === publicKey) return;
    await appendEvent(transaction, store.now, () => ({
      ...author,
      kind: 'signing_key.set',
      data: { publicKey },
    }));
  });
}

/**
 * Where the log ends now, signed.
 * @throws Problem `unavailable` when the log names another key than this process has: it would prove nothing
 */
export async function signCheckpoint(
  snapshot: Snapshot,
  now: Store['now'],
  identity: Identity | null,
): Promise<Checkpoint> {
  if (identity === null || identity.publicKey !== (await signingKey(snapshot)))
    throw new Problem(
      'unavailable',
      'This process does not have the key that the log names as the one that signs. Start every process of this registry anew with the same --registry-key.',
    );
  const { seq, hash } = await logHead(snapshot);
  const at = await logTime(snapshot, now);
  const unsigned: UnsignedCheckpoint = {
    kind: CHECKPOINT_KIND,
    ...{ seq, hash, at },
    publicKey: identity.publicKey,
  };
  return { ...unsigned, signature: identity.sign(signedText(unsigned)) };
}

/** The public key that the log names last; null: none yet. */
async function signingKey(snapshot: Snapshot): Promise<string | null> {
  // The kind stands in the statement itself: only so does a database know that its index of just these events serves.
  const last = await snapshot
    .selectFrom('events')
    .select('data')
    .where('kind', '=', sql.lit('signing_key.set' as const))
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last === undefined ? null : (JSON.parse(last.data) as EventData['signing_key.set']).publicKey;
}
