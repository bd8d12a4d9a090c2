/** Bundles and minifies code for a benchmark, as it is published, into a temporary folder. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

export interface BundledWorker extends AsyncDisposable {
  readonly url: URL;
}

/** Bundles a worker thread. Disposing removes the bundle. @param entry relative to the repository's root */
export async function bundledWorker(entry: string): Promise<BundledWorker> {
  return bundled({ worker: entry }, 'worker');
}

/** Bundles `server-process.ts` with the threads and processes of a registry. */
export async function bundledServer(): Promise<BundledWorker> {
  const entries = {
    server: 'bench/server-process.ts',
    'delivery-thread': 'src/registry/threads/delivery-thread.ts',
    'registry-worker': 'src/registry/tasks/thread.ts',
    'ranges-thread': 'src/registry/proof/ranges-thread.ts',
  };
  return bundled(entries, 'server');
}

/** @param entries by name, relative to the repository's root; the chunks go to the same folder */
async function bundled(entries: Readonly<Record<string, string>>, name: string): Promise<BundledWorker> {
  // Below the repository, because the nearest package.json makes it an ES module.
  await mkdir(join(ROOT, 'out'), { recursive: true });
  const scratch = await mkdtemp(join(ROOT, 'out', 'bench-'));
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: entries,
    outdir: scratch,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['fastify'],
    banner: { js: 'import{createRequire}from"node:module";var require=createRequire(import.meta.url);' },
    logLevel: 'warning',
  });
  return {
    url: pathToFileURL(join(scratch, `${name}.js`)),
    [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }),
  };
}
