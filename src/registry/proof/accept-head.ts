/** An operator's confirmation after a restore: the current log is accepted as valid, which is recorded in the log. */
import type { ChainHead } from '../../core/event.ts';
import type { Author } from '../access/caller.ts';
import type { RegistryIdentity } from '../identity.ts';
import { appendEvent } from '../store/log.ts';
import type { Store } from '../store/store.ts';
import type { HeadFile, KeptHead } from './head-file.ts';
import { integrity } from './integrity.ts';
import { signer } from './signer.ts';
import { lastSigningKey, otherSigner } from './signing-key.ts';
import { holdToMacs } from './start-macs.ts';
import { verifyRegistry } from './verification.ts';

export interface Acceptance {
  readonly identity: RegistryIdentity;
  readonly heads: HeadFile;
  readonly author: Author;
  readonly reason: string;
}

export interface AcceptedHead {
  /** The last signed head; null if none was stored. */
  readonly lost: ChainHead | null;
  /** The end of the log before. */
  readonly restored: ChainHead;
  /** The head with the event that records it. */
  readonly head: ChainHead;
}

/**
 * Verifies all of the log and its tables, records the event `head.accepted`, and stores the head with it.
 * @throws DataFolderProblem `chain_broken` when something does not match, `other_signer` for the key of another
 * registry
 */
export async function acceptHead(
  store: Store,
  { identity, heads, author, reason }: Acceptance,
): Promise<AcceptedHead> {
  const named = await store.read(snapshot => lastSigningKey(snapshot));
  if (named?.publicKey !== identity.publicKey)
    throw otherSigner(named?.publicKey ?? 'none', identity.publicKey);
  await holdToMacs(store, identity);
  const restored = await verifyRegistry(store);
  const before = heads.read();
  const { checkpoint } = before;
  const lost = checkpoint && { seq: checkpoint.seq, hash: checkpoint.hash };
  const { seq, hash } = await store.write(transaction =>
    appendEvent(transaction, store.now, () => ({ ...author, kind: 'head.accepted', data: { reason, lost } })),
  );
  begin(heads, before);
  const fail = (error: unknown): never => {
    throw error;
  };
  const intact = integrity({ heads, onBroken: fail, onFault: fail });
  await signer({ store, integrity: intact, identity, heads, onFault: fail }).checkpoint();
  return { lost, restored, head: { seq, hash } };
}

function begin(heads: HeadFile, { revision }: KeptHead): void {
  if (!heads.replace(revision, { checkpoint: null, broken: null }))
    throw new Error(
      `Another process changed ${heads.path} meanwhile. Stop "promptforge serve" first, then repeat this.`,
    );
}
