// Adds up the coverage of all stages: of plain Node, and of the extension host, whose bundle is mapped back to src/.

import { runCommand } from '../host/runCommand.ts';
import { ROOT } from '../projectRoot.ts';

/**
 * Writes coverage/lcov.info and the HTML beside it.
 * @param raw the folder of V8's coverage files
 * @returns the summary as text
 */
export async function reportCoverage(raw: string): Promise<string> {
  const output = await runCommand(
    process.execPath,
    [
      'node_modules/c8/bin/c8.js',
      'report',
      ...['--temp-directory', raw, '--reports-dir', 'coverage'],
      ...['--reporter', 'text-summary', '--reporter', 'lcov'],
      // `dist/` is what ran in the extension host: it is filtered once its source map has led back to `src/`.
      ...['--include', 'src/**', '--exclude-after-remap', '--all', '--src', 'src'],
    ],
    { cwd: ROOT },
  );
  return output.trim();
}
