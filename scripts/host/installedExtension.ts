// Makes a VS Code server run the extension of this checkout as an installed one, from where it was built: what
// VS Code's own "Developer: Install Extension from Location…" does. It loads the newest build after each reload.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { ROOT } from '../projectRoot.ts';

const ID = `${packageJson.publisher}.${packageJson.name}`;

interface Entry {
  readonly identifier: { readonly id: string };
}

/**
 * Enters the extension in the list of installed ones; others stay.
 * @param extensions the server's folder of extensions: an absolute path, made if need be
 */
export async function installFromCheckout(extensions: string): Promise<void> {
  await mkdir(extensions, { recursive: true });
  const list = join(extensions, 'extensions.json');
  const present: Entry[] = await readFile(list, 'utf8').then(JSON.parse, () => []);
  const ours = {
    identifier: { id: ID },
    version: packageJson.version,
    location: { $mid: 1, path: uriPath(ROOT), scheme: 'file' },
    metadata: { source: 'resource' },
  };
  // Written each time: VS Code reads package.json again only when the list is younger than its cache.
  await writeFile(list, JSON.stringify([...present.filter(({ identifier }) => identifier.id !== ID), ours]));
}

/** The path of a file's URI: with forward slashes, and one before a drive's letter. */
function uriPath(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
