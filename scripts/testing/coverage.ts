// Combines the coverage of all stages: of Node, and of the extension host, whose bundle is mapped to src/ by its source
// map.

import { open, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoverageReport } from 'monocart-coverage-reports';
import { ROOT } from '../projectRoot.ts';

/**
 * Prints a summary, and writes coverage/report/lcov.info and coverage/report/index.html.
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

/** Deletes incomplete files, left by processes that were killed while they wrote their coverage. */
async function dropHalfWritten(raw: string): Promise<void> {
  for (const name of await readdir(raw)) {
    const file = join(raw, name);
    await using handle = await open(file);
    const { size } = await handle.stat();
    const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) });
    if (buffer.toString() !== '}') await rm(file);
  }
}

/** Returns true for our sources and bundles. */
function isOurs(url: string): boolean {
  if (!url.startsWith('file:')) return false;
  const path = relative(ROOT, fileURLToPath(url));
  return path.startsWith('src') || path.startsWith('dist');
}
