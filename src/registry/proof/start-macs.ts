/** Starts MACs in a log: the event that marks the start, and the state committed with it. */
import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { digestOf } from '../../core/digest.ts';
import type { EventData } from '../../core/event.ts';
import type { Author } from '../access/caller.ts';
import { openIdentity, type RegistryIdentity } from '../identity.ts';
import type { OnNarrowed } from '../keep-data-folder.ts';
import { appendEvent, logHead } from '../store/log.ts';
import { type EventMacs, eventMacs, setMacs, useMacs } from '../store/macs.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import { TAIL, verifyLog } from '../store/verify.ts';

/**
 * Makes a store verify and continue the MACs by the registry's key, if they have begun.
 * @returns true if they have begun
 * @throws DataFolderProblem `chain_broken` if one of the last events lacks its MAC
 */
export async function holdToMacs(store: Store, identity: RegistryIdentity): Promise<boolean> {
  const macs = eventMacs(identity);
  const start = await store.read(snapshot => startOf(snapshot, macs));
  if (start === undefined) return false;
  macs.start = start;
  useMacs(store, macs);
  await verifyLog(store, TAIL);
  return true;
}

/** Like `holdToMacs`, if the key file exists and the log names its key. */
export async function holdToMacsOf(store: Store, keyFile: string, onNarrowed?: OnNarrowed): Promise<void> {
  if (!existsSync(keyFile)) return;
  const identity = await openIdentity(keyFile, onNarrowed);
  if ((await store.read(lastPublicKey)) === identity.publicKey) await holdToMacs(store, identity);
}

/** The last key that the log names. */
async function lastPublicKey(snapshot: ReadSnapshot): Promise<string | undefined> {
  const last = await snapshot
    .selectFrom('events')
    .select('data')
    .where('kind', '=', sql.lit('signing_key.set' as const))
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last && (JSON.parse(last.data) as EventData['signing_key.set']).publicKey;
}

/**
 * Like `holdToMacs`, but starts MACs in a log that has none with this key yet.
 * @throws DataFolderProblem `chain_broken`
 */
export async function startMacs(store: Store, author: Author, identity: RegistryIdentity): Promise<void> {
  if (await holdToMacs(store, identity)) return;
  await store.write(async transaction => {
    const macs = eventMacs(identity);
    if ((await startOf(transaction, macs)) === undefined)
      await beginMacs(transaction, store.now, author, macs);
  });
  await holdToMacs(store, identity);
}

/** Appends the mark, and commits to the keys that the log has not committed to. */
export async function beginMacs(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  macs: EventMacs,
): Promise<void> {
  // Verifies the MAC of the last event, if MACs have already begun.
  await logHead(transaction);
  setMacs(transaction, macs);
  const isFirst = (await marks(transaction)).length === 0;
  const { publicKey } = macs;
  await appendEvent(transaction, now, () => ({ ...author, kind: 'macs.started', data: { publicKey } }));
  if (isFirst) await commitToKeys(transaction, now, author);
}

/** Continues the MACs with a new key that replaces the present one. */
export async function carryOnWith(
  transaction: WriteTransaction,
  identity: RegistryIdentity,
): Promise<EventMacs | undefined> {
  // Verifies the last event with the previous MACs, if this process has their key.
  await logHead(transaction);
  if ((await marks(transaction)).length === 0) return undefined;
  const macs = eventMacs(identity);
  setMacs(transaction, macs);
  return macs;
}

/** Commits to the hash of every key that may still be used, because events of earlier releases lack it. */
async function commitToKeys(transaction: WriteTransaction, now: Store['now'], author: Author): Promise<void> {
  const keys = await transaction
    .selectFrom('keys')
    .innerJoin('events', 'events.seq', 'keys.seq')
    .select(['keys.id', 'keys.environment', 'keys.hash', 'events.data'])
    .where('keys.revoked_at', 'is', null)
    .orderBy('keys.seq')
    .execute();
  for (const { id, environment, hash, data } of keys) {
    if ((JSON.parse(data) as EventData['key.created']).commitment !== undefined) continue;
    await appendEvent(transaction, now, () => ({
      ...author,
      kind: 'key.committed',
      environment,
      data: { id, commitment: digestOf(hash) },
    }));
  }
}

/** The last event that started MACs with this key; undefined if there is none. */
async function startOf(snapshot: ReadSnapshot, { publicKey }: EventMacs): Promise<number | undefined> {
  const found = await marks(snapshot);
  return found.find(({ data }) => (JSON.parse(data) as EventData['macs.started']).publicKey === publicKey)
    ?.seq;
}

/** The events that started MACs, newest first. */
function marks(snapshot: ReadSnapshot): Promise<{ readonly seq: number; readonly data: string }[]> {
  return (
    snapshot
      .selectFrom('events')
      .select(['seq', 'data'])
      // The kind is a literal in the statement, because only then is the partial index used.
      .where('kind', '=', sql.lit('macs.started' as const))
      .orderBy('seq', 'desc')
      .execute()
  );
}
