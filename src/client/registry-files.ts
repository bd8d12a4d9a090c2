/** Paths of a registry's files in a cache folder. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Uses a hash, because a URL may have characters that a file name cannot. */
export function registryFolder(registryUrl: string): string {
  return join('registries', hexOf(registryUrl).slice(0, 40));
}

/** @param kind such as `versions` */
export function registryFile(registryUrl: string, kind: string, name: string): string {
  const hex = hexOf(name);
  return join(registryFolder(registryUrl), kind, hex.slice(0, 2), hex.slice(2));
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
