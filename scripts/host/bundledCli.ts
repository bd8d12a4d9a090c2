// The command as it ships, built from the sources as they are now into a folder of its own: for tests and benchmarks
// that start it often or must not disturb `dist/`.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand } from '../build.ts';
import { ROOT } from '../projectRoot.ts';

export interface BundledCli extends AsyncDisposable {
  /** The script for Node. */
  readonly script: string;
  /** For NODE_COMPILE_CACHE. */
  readonly compileCache: string;
}

/** Disposing removes it. */
export async function bundleCli(): Promise<BundledCli> {
  // Below the project: keytar and the package's type are looked for there.
  await mkdir(join(ROOT, 'out'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, 'out', 'cli-'));
  await buildCommand(folder);
  return {
    script: join(folder, 'cli.js'),
    compileCache: join(folder, 'compiled'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
