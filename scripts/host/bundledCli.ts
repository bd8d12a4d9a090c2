// The command as it ships, for tests and benchmarks that start it often or must not disturb `dist/`: the script that
// PROMPTFORGE_MAIN names, or else one that is built from the sources as they are now, once a process.

import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand } from '../build.ts';
import { ROOT } from '../projectRoot.ts';

export interface BundledCli {
  /** The script for Node. */
  readonly script: string;
  /** For NODE_COMPILE_CACHE. */
  readonly compileCache: string;
}

let bundled: Promise<BundledCli> | undefined;

/** The same for all of a process. */
export function bundleCli(): Promise<BundledCli> {
  bundled ??= makeBundle();
  return bundled;
}

async function makeBundle(): Promise<BundledCli> {
  // Below the project: keytar and the package's type are looked for there.
  await mkdir(join(ROOT, 'out'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, 'out', 'cli-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // A server that is killed writes none: that of the other stages, where there is one.
  const compileCache = process.env['NODE_COMPILE_CACHE'] || join(folder, 'compiled');
  const script = process.env['PROMPTFORGE_MAIN'];
  if (script) return { script, compileCache };
  await buildCommand(folder);
  return { script: join(folder, 'cli.js'), compileCache };
}
