// Makes a VS Code server run extensions of this checkout as installed ones, from where they are: what VS Code's own
// "Developer: Install Extension from Location…" does. It loads the newest build after each reload.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Entry {
  readonly identifier: { readonly id: string };
}

/**
 * Enters extensions in the list of installed ones; others stay.
 * @param extensions the server's folder of extensions: an absolute path, made if need be
 * @param folders those of the extensions, each with its package.json: absolute paths
 */
export async function installFromFolders(extensions: string, folders: readonly string[]): Promise<void> {
  await mkdir(extensions, { recursive: true });
  const list = join(extensions, 'extensions.json');
  const present: Entry[] = await readFile(list, 'utf8').then(JSON.parse, () => []);
  const ours = await Promise.all(folders.map(entryOf));
  const ids = new Set(ours.map(({ identifier }) => identifier.id));
  const others = present.filter(({ identifier }) => !ids.has(identifier.id));
  // Written each time: VS Code reads package.json again only when the list is younger than its cache.
  await writeFile(list, JSON.stringify([...others, ...ours]));
}

async function entryOf(folder: string) {
  const { publisher, name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return {
    identifier: { id: `${publisher}.${name}` },
    version,
    location: { $mid: 1, path: uriPath(folder), scheme: 'file' },
    metadata: { source: 'resource' },
  };
}

/** The path of a file's URI: with forward slashes, and one before a drive's letter. */
function uriPath(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
