/** What the registry proves itself with: the key that signs, as its log names it, and checkpoints made by it. */
import { sql } from 'kysely';
import {
  CHECKPOINT_KIND,
  type Checkpoint,
  isSigned,
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
  if ((await store.read(snapshot => signingKey(snapshot))) === publicKey) return;
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

/** Why a checkpoint that was kept is not one of this log; undefined when it is. */
export async function whyNotOfLog(snapshot: Snapshot, checkpoint: Checkpoint): Promise<string | undefined> {
  const { seq, hash, publicKey } = checkpoint;
  if (!isSigned(checkpoint)) return 'Its signature does not fit: it was changed, or nobody signed it.';
  const event = await snapshot.selectFrom('events').select('hash').where('seq', '=', seq).executeTakeFirst();
  if (event === undefined) return `The log ends before event ${seq}: it was cut, or is of another registry.`;
  if (event.hash !== hash)
    return `Event ${seq} has the hash ${event.hash} now, but ${hash} was signed: the log was rewritten.`;
  const key = await signingKey(snapshot, seq);
  if (key !== publicKey)
    return `It was signed with the key ${publicKey}, but up to event ${seq} the log names ${key ?? 'none'}.`;
  return undefined;
}

/** The public key that the log, up to an event, names last; null: none yet. */
async function signingKey(
  snapshot: Snapshot,
  until: number = Number.MAX_SAFE_INTEGER,
): Promise<string | null> {
  // The kind stands in the statement itself: only so does a database know that its index of just these events serves.
  const last = await snapshot
    .selectFrom('events')
    .select('data')
    .where('kind', '=', sql.lit('signing_key.set' as const))
    .where('seq', '<=', until)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last === undefined ? null : (JSON.parse(last.data) as EventData['signing_key.set']).publicKey;
}
