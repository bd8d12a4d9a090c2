/** Opens a registry in a data folder or in a database on a server. */
import { openDataFolder } from './data-folder.ts';
import type { OnNarrowed } from './keep-data-folder.ts';
import type { Store } from './store/store.ts';

export interface RegistryPlace {
  /** A data folder; used if no database is named. */
  readonly data: string;
  /** The URL of a database, which may hold a password and is therefore never printed. */
  readonly database?: string;
  /** The file of the registry's own key for the MACs of events; default for a data folder: the one in it. */
  readonly registryKey?: string;
}

export interface OpeningOptions {
  readonly create: boolean;
  readonly readOnly: boolean;
  readonly onNarrowed: OnNarrowed;
  /** The maximum number of connections to a database, beside the one that listens. */
  readonly connections?: number;
}

/** The caller closes it. @throws DataFolderProblem, DatabaseProblem */
export async function openRegistryAt(
  { data, database }: RegistryPlace,
  { connections, onNarrowed, ...opening }: OpeningOptions,
): Promise<Store> {
  if (database === undefined) return openDataFolder(data, { ...opening, onNarrowed });
  // Loads PostgreSQL's driver only if it is used.
  const { openDatabase } = await import('./database.ts');
  return openDatabase(database, { ...opening, ...(connections !== undefined && { connections }) });
}
