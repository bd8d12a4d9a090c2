/** Searches files for keys, which must not be in any of them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The paths of the files below `folders` that contain the secret part of one of the keys, in UTF-8 or UTF-16. */
export async function filesThatHold(folders: readonly string[], keys: readonly string[]): Promise<string[]> {
  // pf_<environment>_<id>_<secret>
  const needles = keys.flatMap(key => {
    const secret = key.slice(key.lastIndexOf('_') + 1);
    return [Buffer.from(secret, 'utf8'), Buffer.from(secret, 'utf16le')];
  });
  const entries = await Promise.all(
    folders.map(folder => readdir(folder, { recursive: true, withFileTypes: true })),
  );
  const found: string[] = [];
  for (const entry of entries.flat()) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      // VS Code may have removed it in the meantime.
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    if (needles.some(needle => content.includes(needle))) found.push(path);
  }
  return found;
}
