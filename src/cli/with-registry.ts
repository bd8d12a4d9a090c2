/** A command's work on the registry that its options name: opened for it and closed after it, whatever happens. */
import { resolve } from 'node:path';
import { openDataFolder } from '../registry/data-folder.ts';
import { isDatabaseUrl } from '../registry/database-url.ts';
import type { Store } from '../registry/store/store.ts';

export interface RegistryOptions {
  /** A data folder; what counts when no database is named. */
  readonly data: string;
  /** The URL of a database, which may hold a password and is therefore never printed. */
  readonly database?: string;
}

/** @throws DataFolderProblem, DatabaseProblem when it cannot be opened, and what `work` throws */
export async function withRegistry<T>(
  options: RegistryOptions,
  opening: { readonly create: boolean },
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openRegistry(options, opening);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * Opens the data folder or the database that the options name; whoever opens it closes it.
 * @throws DataFolderProblem, DatabaseProblem
 */
export async function openRegistry(
  { data, database }: RegistryOptions,
  opening: { readonly create: boolean },
): Promise<Store> {
  if (database === undefined) return openDataFolder(data, opening);
  // The driver of PostgreSQL is loaded by those who use it.
  const { openDatabase } = await import('../registry/database.ts');
  return openDatabase(database, opening);
}

/** A data folder or a database, told apart by how it is written. */
export function placeNamed(text: string): RegistryOptions {
  return isDatabaseUrl(text) ? { data: '', database: text } : { data: resolve(text) };
}

/** For logs and messages: the folder, or the database without its password. @throws DatabaseProblem `invalid_url` */
export async function shownPlace({ data, database }: RegistryOptions): Promise<string> {
  if (database === undefined) return data;
  const { parseDatabaseUrl } = await import('../registry/store/postgres/address.ts');
  return parseDatabaseUrl(database).shown;
}
