// Adds up the coverage of all stages: of plain Node, and of the extension host, whose bundle is led back to src/ by
// its source map.

import { open, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoverageReport } from 'monocart-coverage-reports';
import { ROOT } from '../projectRoot.ts';

/**
 * Prints a summary and writes coverage/lcov.info and coverage/index.html.
 * @param raw the folder of V8's coverage files
 */
export async function reportCoverage(raw: string): Promise<void> {
  const report = new CoverageReport({
    name: 'PromptForge',
    logging: 'error',
    outputDir: join(ROOT, 'coverage', 'report'),
    baseDir: ROOT,
    reports: ['console-summary', 'lcovonly', 'v8'],
    entryFilter: entry => isOurs(entry.url),
    sourceFilter: path => path.startsWith('src/'),
    sourcePath: path => relative(ROOT, join(ROOT, path.replace(/^file:\/\//, ''))),
    // A file that no test loads counts as not covered.
    all: { dir: [join(ROOT, 'src')], filter: path => path.endsWith('.ts') },
  });
  await dropHalfWritten(raw);
  await report.addFromDir(raw);
  await report.generate();
}

/** A process that was killed while it wrote its coverage leaves a part of it, which nothing could read. */
async function dropHalfWritten(raw: string): Promise<void> {
  for (const name of await readdir(raw)) {
    const file = join(raw, name);
    await using handle = await open(file);
    const { size } = await handle.stat();
    const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) });
    if (buffer.toString() !== '}') await rm(file);
  }
}

/** What ran as it is written, and what ran as a bundle. */
function isOurs(url: string): boolean {
  if (!url.startsWith('file:')) return false;
  const path = relative(ROOT, fileURLToPath(url));
  return path.startsWith('src') || path.startsWith('dist');
}
