/** Verifies a saved checkpoint against the log. */
import { type Checkpoint, isSigned } from '../../core/checkpoint.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { signingKey } from './signing-key.ts';

/** Why a saved checkpoint does not belong to this log; undefined if it does. */
export async function verifyCheckpoint(
  snapshot: ReadSnapshot,
  checkpoint: Checkpoint,
): Promise<string | undefined> {
  const { seq, hash, publicKey } = checkpoint;
  if (!isSigned(checkpoint)) return 'Its signature is not valid: it was changed, or never signed.';
  const event = await snapshot.selectFrom('events').select('hash').where('seq', '=', seq).executeTakeFirst();
  if (event === undefined)
    return `The log ends before event ${seq}: it was truncated, or belongs to another registry.`;
  if (event.hash !== hash)
    return `Event ${seq} has the hash ${event.hash} now, but ${hash} was signed: the log was rewritten.`;
  const key = await signingKey(snapshot, seq);
  if (key !== publicKey)
    return `It was signed with the key ${publicKey}, but up to event ${seq} the log names ${key ?? 'none'}.`;
  return undefined;
}
