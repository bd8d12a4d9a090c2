/** Creates a folder and its parents. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Like `mkdir` with `recursive`, which never returns if the parent exists and cannot have subfolders: below /proc, and
 * below a broken link.
 * @param mode the mode of every folder that is created
 * @throws {Error} like `mkdir`, with its `code`; `EEXIST` if there is a file
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const folder = resolve(path);
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (await isFolder(folder)) return;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === folder) throw error;
    // Another process may have created it; if it cannot contain a folder, the next attempt fails as well.
    if (!(await isFolder(above))) await makeFolder(above, mode);
    await mkdir(folder, { mode }).catch(async (failure: unknown) => {
      if (!(await isFolder(folder))) throw failure; // another process may have created it
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
