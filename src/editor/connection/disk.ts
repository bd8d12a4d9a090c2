/** The extension's data about registries on disk; loaded with the first request to a registry. */
import { CacheFolder } from '../../client/cache-folder.ts';
import { DiskVersionCache } from '../../client/disk-version-cache.ts';
import { LastKnown } from '../../client/last-known.ts';

/** @param warn receives read and write errors, for the log */
export function openDisk(
  folder: string,
  warn: (line: string) => void,
): { readonly cache: DiskVersionCache; readonly lastKnown: LastKnown } {
  const files = new CacheFolder(folder, warn);
  return { cache: new DiskVersionCache(files), lastKnown: new LastKnown(files) };
}
