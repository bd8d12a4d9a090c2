/** Opens the registry of a command's options for its work, and closes it afterward even if the work fails. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nearest } from '../core/near.ts';
import { isDatabaseUrl } from '../registry/database-url.ts';
import { IDENTITY_FILE } from '../registry/identity.ts';
import type { OnNarrowed } from '../registry/keep-data-folder.ts';
import { openRegistryAt, type RegistryPlace } from '../registry/open-registry.ts';
import { headFileOf, openHeadFile } from '../registry/proof/head-file.ts';
import { verifyServable } from '../registry/proof/open-signing.ts';
import { holdToMacsOf } from '../registry/proof/start-macs.ts';
import type { Store } from '../registry/store/store.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { line, say } from './output.ts';
import { schemeOf } from './values.ts';

export type RegistryOptions = RegistryPlace;

export interface Opening {
  readonly create: boolean;
  /** True to write nothing; default: false. */
  readonly readOnly?: boolean;
  /** True to also open a broken registry, for commands that examine or repair it. */
  readonly evenBroken?: boolean;
  /** Default: prints to stderr. */
  readonly onNarrowed?: OnNarrowed;
}

/** Reports data that other users could read until now. */
export const sayNarrowed: OnNarrowed = sentence => void say(line`${sentence}`);

/** @throws DataFolderProblem, DatabaseProblem if it cannot be opened; errors of `work` */
export async function withRegistry<T>(
  options: RegistryOptions,
  opening: Opening,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openRegistry(options, opening);
  try {
    if (!opening.evenBroken) await checkServed(options, store);
    const { registryKey } = options;
    if (registryKey !== undefined) await holdToMacsOf(store, registryKey, opening.onNarrowed ?? sayNarrowed);
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * Rejects a registry that `serve` would reject. Only for data folders: the signed head of a database is beside its key,
 * whose file is not known here.
 */
async function checkServed({ data, database }: RegistryOptions, store: Store): Promise<void> {
  const file = headFileOf(join(data, IDENTITY_FILE));
  if (database !== undefined || !existsSync(file)) return;
  const heads = await openHeadFile(file);
  try {
    const why = await verifyServable(store, heads.read());
    if (why !== undefined) throw why;
  } finally {
    heads.close();
  }
}

/** Opens the data folder or the database of the options; the caller closes it. @throws DataFolderProblem, DatabaseProblem */
export function openRegistry(options: RegistryOptions, opening: Opening): Promise<Store> {
  const { create, readOnly = false, onNarrowed = sayNarrowed } = opening;
  return openRegistryAt(options, { create, readOnly, onNarrowed });
}

/** Parses a data folder or a database URL. @throws CommandFailure for another URL, repeating only its scheme */
export function placeNamed(text: string): RegistryOptions {
  if (isDatabaseUrl(text)) return { data: '', database: text };
  const scheme = schemeOf(text);
  if (scheme === undefined) return { data: resolve(text) };
  const meant = nearest(scheme, ['postgres', 'postgresql']);
  throw new CommandFailure(
    EXIT.usage,
    `"${scheme}://…" is not a registry.${meant === undefined ? '' : ` Did you mean "${meant}://…"?`} Give a folder, or a database as postgres://user@host:5432/database.`,
  );
}

/**
 * The location for logs and messages: the folder, or the database without its password.
 * @throws DatabaseProblem `invalid_url`
 */
export async function shownPlace({ data, database }: RegistryOptions): Promise<string> {
  if (database === undefined) return data;
  const { parseDatabaseUrl } = await import('../registry/store/postgres/address.ts');
  return parseDatabaseUrl(database).shown;
}
