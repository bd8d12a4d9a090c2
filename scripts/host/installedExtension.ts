// Installs extensions of this checkout into a VS Code server without copying them, like VS Code's command
// "Developer: Install Extension from Location…". VS Code loads the newest build after each reload.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Entry {
  readonly identifier: { readonly id: string };
}

/**
 * Adds extensions to the list of installed ones, and keeps the others.
 * @param extensions the server's extensions folder: an absolute path, created if it does not exist
 * @param folders the extensions' folders, each with a package.json: absolute paths
 */
export async function installFromFolders(extensions: string, folders: readonly string[]): Promise<void> {
  await mkdir(extensions, { recursive: true });
  const list = join(extensions, 'extensions.json');
  const present: Entry[] = await readFile(list, 'utf8').then(JSON.parse, () => []);
  const ours = await Promise.all(folders.map(entryOf));
  const ids = new Set(ours.map(({ identifier }) => identifier.id));
  const others = present.filter(({ identifier }) => !ids.has(identifier.id));
  // Written even if unchanged, because VS Code reads package.json again only if the list is newer than its cache.
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

/** The path of a file's URI: with forward slashes, and one before a drive letter. */
function uriPath(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
