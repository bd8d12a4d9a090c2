/**
 * Checks how names are spelled on a disk. A case-insensitive one, as on macOS and Windows, finds `Header` by the name
 * `header`.
 */
import { access, readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

export interface Disk {
  exists(path: string): Promise<boolean>;
  /** The names in a folder, as spelled on the disk; empty if it cannot be listed. */
  names(folder: string): Promise<readonly string[]>;
}

/** The disk of this machine. */
export const nodeDisk: Disk = {
  exists: path =>
    access(path).then(
      () => true,
      () => false,
    ),
  names: folder => readdir(folder).catch(() => []),
};

/**
 * Returns true if the file at `path`, and the folders between `folder` and it, are spelled exactly so. Lists a folder
 * only if the disk may ignore case, that is, if it also finds the name in the other case.
 */
export async function isSpelledSo(path: string, folder: string, disk: Disk = nodeDisk): Promise<boolean> {
  const top = resolve(folder);
  for (let place = path; place !== top && place !== dirname(place); place = dirname(place)) {
    const name = basename(place);
    const turned = inOtherCase(name);
    const above = dirname(place);
    if (turned === name || !(await disk.exists(`${place.slice(0, -name.length)}${turned}`))) continue;
    if (!(await disk.names(above)).includes(name)) return false;
  }
  return true;
}

function inOtherCase(name: string): string {
  return name.replace(/[A-Z]+|[a-z]+/g, letters =>
    letters < 'a' ? letters.toLowerCase() : letters.toUpperCase(),
  );
}
