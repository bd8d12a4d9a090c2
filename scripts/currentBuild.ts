// Builds the product where it is older than what it is made from, as make would.

import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stopwatch } from './host/steps.mjs';
import { ROOT } from './projectRoot.ts';

/** What a build reads. A folder changes when a file in it comes or goes. */
const SOURCES = ['src/**', 'scripts/build.ts', 'package.json', 'package-lock.json', 'tsconfig.json'];
/** What a build makes anew. */
const OUTPUTS = ['extension', 'language-server', 'preview-worker', 'cli'].map(name => `dist/${name}.js`);
/** Left as it is where it would not change, so its age says nothing. */
const PAGES = ['media/preview/preview.js', 'media/promotion/promotion.js'];

/**
 * Builds unless `dist/` is younger than all sources.
 * @param say is told what is going on
 * @throws {Error} when it does not build
 */
export async function buildIfChanged(say: (message: string) => void): Promise<void> {
  if (await isCurrent()) return;
  const elapsed = stopwatch();
  say('Building the extension …');
  const { buildProduct } = await import('./build.ts');
  await buildProduct();
  say(`Built the extension (${elapsed()})`);
}

async function isCurrent(): Promise<boolean> {
  const made = await Promise.all([...OUTPUTS, ...PAGES].map(changedAt));
  if (made.includes(undefined)) return false;
  const oldest = Math.min(...made.slice(0, OUTPUTS.length).map(time => time ?? 0));
  for await (const source of glob(SOURCES, { cwd: ROOT })) {
    if (((await changedAt(source)) ?? 0) >= oldest) return false;
  }
  return true;
}

/** Milliseconds since 1970; undefined where nothing is. */
async function changedAt(path: string): Promise<number | undefined> {
  return (await stat(join(ROOT, path)).catch(() => undefined))?.mtimeMs;
}
