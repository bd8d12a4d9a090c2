// The bundled command, for tests and benchmarks that start it often or must not change `dist/`: the script that
// PROMPTFORGE_MAIN names, or one that is built from the current sources, once per process.

import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand } from '../build.ts';
import { ROOT } from '../projectRoot.ts';

export interface BundledCli {
  /** The script to run with Node. */
  readonly script: string;
  /** The folder for NODE_COMPILE_CACHE. */
  readonly compileCache: string;
}

let bundled: Promise<BundledCli> | undefined;

/** Returns the same bundle for all callers in a process. */
export function bundleCli(): Promise<BundledCli> {
  bundled ??= makeBundle();
  return bundled;
}

async function makeBundle(): Promise<BundledCli> {
  // Below the project, so that Node finds keytar and the type of the package.
  await mkdir(join(ROOT, 'out'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, 'out', 'cli-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // A killed server writes no compile cache, so it uses that of the other stages if there is one.
  const compileCache = process.env['NODE_COMPILE_CACHE'] || join(folder, 'compiled');
  const script = process.env['PROMPTFORGE_MAIN'];
  if (script) return { script, compileCache };
  await buildCommand(folder);
  return { script: join(folder, 'cli.js'), compileCache };
}
