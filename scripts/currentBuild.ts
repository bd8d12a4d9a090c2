// Builds the product if it is older than its sources, like make.

import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stopwatch } from './host/steps.mjs';
import { ROOT } from './projectRoot.ts';

/** The sources of a build. A folder's time changes when a file in it is added or removed. */
const SOURCES = ['src/**', 'scripts/build*.ts', 'package.json', 'package-lock.json', 'tsconfig.json'];
/** Files that every build writes. */
const OUTPUTS = ['extension', 'language-server', 'preview-worker', 'cli'].map(name => `dist/${name}.js`);
/** Files that a build does not write if they would not change, so that only their existence is checked. */
const PAGES = ['media/preview/preview.js', 'media/promotion/promotion.js'];

/**
 * Builds, unless `dist/` is newer than all sources.
 * @param say called with the progress
 * @throws {Error} if the build fails
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

/** The modification time in ms since 1970; undefined if the file does not exist. */
async function changedAt(path: string): Promise<number | undefined> {
  return (await stat(join(ROOT, path)).catch(() => undefined))?.mtimeMs;
}
