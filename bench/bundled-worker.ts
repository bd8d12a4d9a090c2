/** A worker thread's code as it ships, for a benchmark: bundled and minified into a folder of its own. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

export interface BundledWorker extends AsyncDisposable {
  readonly url: URL;
}

/** `entry` from the repository's root. Disposing removes the bundle. */
export async function bundledWorker(entry: string): Promise<BundledWorker> {
  // Below the repository: an ES module asks the nearest package.json what it is.
  await mkdir(join(ROOT, 'out'), { recursive: true });
  const scratch = await mkdtemp(join(ROOT, 'out', 'bench-worker-'));
  await esbuild.build({
    entryPoints: { worker: join(ROOT, entry) },
    outdir: scratch,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    banner: { js: 'import{createRequire}from"node:module";var require=createRequire(import.meta.url);' },
    logLevel: 'warning',
  });
  return {
    url: pathToFileURL(join(scratch, 'worker.js')),
    [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }),
  };
}
