/** A command's work on a data folder: opened for it and closed after it, whatever happens. */
import { type DataFolderOptions, openDataFolder } from '../registry/data-folder.ts';
import type { Store } from '../registry/store/store.ts';

/** @throws DataFolderProblem when the folder cannot be opened, and what `work` throws */
export async function withDataFolder<T>(
  folder: string,
  options: Required<Pick<DataFolderOptions, 'create'>>,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openDataFolder(folder, options);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
