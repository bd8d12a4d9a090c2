/** Looking for what must stand in no file. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * The files below `folder` that hold one of the secrets, by their paths in it, or the part of one that is the secret
 * itself; as UTF-8 or UTF-16.
 */
export async function filesThatHold(folder: string, keys: readonly string[]): Promise<string[]> {
  // pf_<environment>_<id>_<secret>
  const needles = keys.flatMap(key => {
    const secret = key.slice(key.lastIndexOf('_') + 1);
    return [Buffer.from(secret, 'utf8'), Buffer.from(secret, 'utf16le')];
  });
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path);
    if (needles.some(needle => content.includes(needle))) found.push(relative(folder, path));
  }
  return found;
}
