/** Records the key that signs checkpoints in the log: at the first start, and at each replacement. */
import { sql } from 'kysely';
import type { EventData, RegistryEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import { type SigningKeyChange, signingKeyText } from '../../core/signing-key.ts';
import type { Author } from '../access/caller.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import type { RegistryIdentity } from '../identity.ts';
import { appendEvent, logHead } from '../store/log.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import { beginMacs, carryOnWith, holdToMacs } from './start-macs.ts';

/**
 * Records the signing key, unless the log already names it: at the first start, and once in a log of an earlier
 * release, whose event has no signature.
 * @throws DataFolderProblem `other_signer` if the log names another key
 */
export async function recordSigningKey(
  store: Store,
  author: Author,
  identity: RegistryIdentity,
): Promise<void> {
  const isRecorded = (known: SigningKeyChange | undefined): boolean => {
    if (known !== undefined && known.publicKey !== identity.publicKey)
      throw otherSigner(known.publicKey, identity.publicKey);
    return known?.signature !== undefined;
  };
  if (isRecorded(await store.read(snapshot => lastSigningKey(snapshot)))) return;
  await store.write(async transaction => {
    const known = await lastSigningKey(transaction);
    if (!isRecorded(known))
      await append(transaction, store.now, author, identity, { replaces: known?.publicKey ?? null });
  });
}

export interface Replacement {
  /** The current key; null if it is lost, so that clients will raise an alarm. */
  readonly old: RegistryIdentity | null;
  readonly new: RegistryIdentity;
  /** Shown to clients if the old key does not endorse the new one. */
  readonly reason?: string;
}

/**
 * Names a new key, endorsed by the old one if that is available.
 * @throws DataFolderProblem `other_signer` if `old` is not the key that the log names; Problem `invalid_request` if the
 * new key is already in use
 */
export async function replaceSigningKey(
  store: Store,
  author: Author,
  replacement: Replacement,
): Promise<void> {
  const { old, new: identity, reason } = replacement;
  await store.write(async transaction => {
    const replaces = await signingKey(transaction);
    if (replaces === identity.publicKey)
      throw new Problem('invalid_request', 'The new key is the one that signs already. Name another file.');
    if (old !== null && replaces !== old.publicKey) throw otherSigner(replaces ?? 'none', old.publicKey);
    const macs = await carryOnWith(transaction, identity);
    await append(transaction, store.now, author, identity, {
      replaces,
      ...(reason !== undefined && { reason }),
      ...(old !== null && { old }),
    });
    if (macs !== undefined) await beginMacs(transaction, store.now, author, macs);
  });
  await holdToMacs(store, identity);
}

/** Appends the event, signed by the available keys. */
async function append(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  { publicKey, sign }: RegistryIdentity,
  { replaces, old, reason }: { replaces: string | null; old?: RegistryIdentity; reason?: string },
): Promise<RegistryEvent<'signing_key.set'>> {
  const text = signingKeyText({ publicKey, replaces }, await logHead(transaction));
  return appendEvent(transaction, now, () => ({
    ...author,
    kind: 'signing_key.set',
    data: {
      publicKey,
      replaces,
      signature: sign(text),
      ...(old !== undefined && { endorsement: old.sign(text) }),
      ...(reason !== undefined && { reason }),
    },
  }));
}

/** The last public key that the log names up to an event; null if there is none yet. */
export async function signingKey(snapshot: ReadSnapshot, until?: number): Promise<string | null> {
  return (await lastSigningKey(snapshot, until))?.publicKey ?? null;
}

export async function lastSigningKey(
  snapshot: ReadSnapshot,
  until: number = Number.MAX_SAFE_INTEGER,
): Promise<EventData['signing_key.set'] | undefined> {
  // The kind is a literal in the statement, because only then is the partial index used.
  const last = await snapshot
    .selectFrom('events')
    .select('data')
    .where('kind', '=', sql.lit('signing_key.set' as const))
    .where('seq', '<=', until)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last === undefined ? undefined : JSON.parse(last.data);
}

export function otherSigner(named: string, present: string | null): DataFolderProblem {
  const has = present === null ? 'there is no key here' : `this one has the key ${present}`;
  return new DataFolderProblem(
    'other_signer',
    `The log names ${named} as the key that signs, but ${has}. Give the registry's own key with --registry-key. If that key is to be replaced, or is lost, "promptforge signing-key replace" names another.`,
  );
}
