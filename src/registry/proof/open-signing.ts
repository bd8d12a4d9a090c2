/** Opens a registry's signing key, and verifies its log against the signed head before anything is served. */
import { access } from 'node:fs/promises';
import { Problem } from '../../core/problem.ts';
import type { Author } from '../access/caller.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import { openIdentity, type RegistryIdentity } from '../identity.ts';
import { keepSecretFile, type OnNarrowed } from '../keep-data-folder.ts';
import type { Store } from '../store/store.ts';
import { verifyCheckpoint } from './checkpoint.ts';
import { type HeadFile, headFileOf, type KeptHead, openHeadFile } from './head-file.ts';
import { lastSigningKey, otherSigner, recordSigningKey, replaceSigningKey } from './signing-key.ts';
import { holdToMacs, startMacs } from './start-macs.ts';

export interface SigningFiles {
  readonly keyFile: string;
  /** Default: beside the key. */
  readonly headFile?: string | undefined;
  readonly author: Author;
  /** Called for a file that others could read. */
  readonly onNarrowed?: OnNarrowed | undefined;
  /**
   * True if signed heads are stored only in this file, as for a data folder: if it is missing, it was moved, or the
   * folder is a backup.
   */
  readonly isOnlyPlace: boolean;
  /**
   * True if a key that the log does not name replaces the log's key, so that clients raise an alarm; false to refuse
   * it.
   */
  readonly replacesLostKey?: boolean;
}

export interface Signing {
  readonly identity: RegistryIdentity;
  /** The caller closes it. */
  readonly heads: HeadFile;
}

/**
 * @throws DataFolderProblem `head_lost` or `chain_broken` when the log does not extend what was signed, was found broken
 * before, or the signed head is missing; `other_signer` when the key is not the one that the log names; `not_writable`,
 * `not_a_key`
 */
export async function openSigning(store: Store, files: SigningFiles): Promise<Signing> {
  const { keyFile, headFile = headFileOf(keyFile), author, onNarrowed } = files;
  const { isOnlyPlace, replacesLostKey = false } = files;
  const named = await store.read(snapshot => lastSigningKey(snapshot));
  if (named !== undefined && !replacesLostKey && !(await exists(keyFile)))
    throw otherSigner(named.publicKey, null);
  const identity = await openIdentity(keyFile, onNarrowed);
  await keepSecretFile(headFile, onNarrowed);
  const heads = await openHeadFile(headFile);
  try {
    const kept = heads.read();
    const why = await verifyServable(store, kept);
    if (why !== undefined) throw why;
    if (kept.revision === 0 && isOnlyPlace && named?.signature !== undefined) throw missing(headFile);
    const isNamed = named === undefined || named.publicKey === identity.publicKey;
    if (named !== undefined && !isNamed && !replacesLostKey)
      throw otherSigner(named.publicKey, identity.publicKey);
    if (isNamed) await holdToMacs(store, identity);
    // Before the log records that a head is stored: a process that is killed in between can start again.
    if (kept.revision === 0) heads.replace(0, { checkpoint: null, broken: null });
    await record(store, author, identity, replacesLostKey);
    await startMacs(store, author, identity);
    return { identity, heads };
  } catch (error) {
    heads.close();
    throw error;
  }
}

async function record(
  store: Store,
  author: Author,
  identity: RegistryIdentity,
  replaces: boolean,
): Promise<void> {
  try {
    await recordSigningKey(store, author, identity);
  } catch (error) {
    if (!replaces || !DataFolderProblem.is(error, 'other_signer')) throw error;
    await replaceSigningKey(store, author, { old: null, new: identity, reason: 'The key file was lost.' });
  }
}

/** Why a log must not be served, according to the head file; undefined if it may be. */
export async function verifyServable(
  store: Pick<Store, 'read'>,
  { checkpoint, broken }: KeptHead,
): Promise<DataFolderProblem | undefined> {
  if (broken !== null)
    return new DataFolderProblem(
      'chain_broken',
      `The registry's log was found broken at ${broken.at}, and nothing of it is served since. ${broken.message} When it is restored, "promptforge accept-head" verifies it and has it served again.`,
    );
  if (checkpoint === null || checkpoint.seq === 0) return undefined;
  const why = await store.read(snapshot => verifyCheckpoint(snapshot, checkpoint));
  if (why === undefined) return undefined;
  return new DataFolderProblem(
    'head_lost',
    `The log does not extend what this registry signed at ${checkpoint.at}. ${why} If somebody restored a backup, "promptforge accept-head" verifies it, records that and has it served. If not, serve it to nobody: keep it as evidence, and restore the right one.`,
  );
}

function missing(path: string): DataFolderProblem {
  return new DataFolderProblem(
    'head_lost',
    `The signed head ${path} is missing, and nobody can tell whether the log still extends what this registry signed. If this is a backup that somebody restored, "promptforge accept-head" verifies it, records that and has it served. If not, put the file back.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    error => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw new Problem('invalid_request', `${path} cannot be read.`, {}, { cause: error });
    },
  );
}
