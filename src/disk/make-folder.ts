/** Makes a folder with those above it. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * As `mkdir` with `recursive`, which never ends where the folder above is there and holds no other: below /proc, and
 * below a link that leads nowhere.
 * @param mode of every folder that is made
 * @throws {Error} as `mkdir` does, with its `code`; `EEXIST` where a file is in the way
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
    // It may have been made since; where it cannot hold a folder, the next attempt fails as well.
    if (!(await isFolder(above))) await makeFolder(above, mode);
    await mkdir(folder, { mode }).catch(async (failure: unknown) => {
      if (!(await isFolder(folder))) throw failure; // another process may have made it meanwhile
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
