// Installs the oldest supported Node: the packages must run on it, while the tests run on a newer Node, which has more
// features.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { cacheFolder } from './cacheFolder.mjs';
import { installOnce } from './installOnce.ts';
import { nodeExecutable, nodePackage, unpackPackage, watchGrowth } from './npm.mjs';
import { stopwatch } from './steps.mjs';

/** The approximate size of the download. */
const MEGABYTES = 45;

/**
 * Installs the oldest Node of a range, unless it is in the cache.
 * @param range as in the `engines` of a package: `>=22.13.0`, `>=20`
 * @param say called with the progress
 * @returns the path of its executable
 * @throws {Error} if npm cannot download it
 */
export async function installOldestNode(
  range: string = packageJson.engines.node,
  say: (message: string) => void = () => {},
): Promise<string> {
  const version = `${range.replace(/^>=/, '')}.0.0`.split('.').slice(0, 3).join('.');
  const folder = join(cacheFolder(), 'node', version);
  await installOnce(folder, unfinished => download(version, unfinished, say), say);
  return join(folder, nodeExecutable());
}

async function download(version: string, folder: string, say: (message: string) => void): Promise<void> {
  const what = `Node ${version}, the oldest that is promised`;
  const cache = `${folder}-download`;
  const elapsed = stopwatch();
  try {
    await watchGrowth(
      cache,
      megabytes => say(`Downloading ${what}  ${Math.min(megabytes, MEGABYTES)} of about ${MEGABYTES} MB`),
      () => unpackPackage(`${nodePackage()}@${version}`, folder, { cache, only: 'bin' }),
    );
    say(`Downloaded ${what} (${elapsed()})`);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}
