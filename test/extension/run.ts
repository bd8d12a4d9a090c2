// The entry point that VS Code calls in its extension host: runs every test file built beside this one with mocha.

import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import Mocha from 'mocha';
import { workspace } from 'vscode';
import { CountingReporter } from '../../scripts/testing/countingReporter.ts';

/**
 * Runs the suite; PROMPTFORGE_TEST_GREP narrows it.
 * @throws {Error} when a test fails, which VS Code turns into exit code 1
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const only = process.env['PROMPTFORGE_TEST_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: CountingReporter,
    color: false,
    timeout: 30_000,
    forbidOnly: process.env['CI'] !== undefined,
    ...(only === undefined ? {} : { grep: new RegExp(only) }),
  });
  const files = await Array.fromAsync(glob('**/*.test.js', { cwd: import.meta.dirname }));
  // What is not trusted is another window: its suite has it to itself.
  const fits = (file: string) => file.startsWith('untrusted') !== workspace.isTrusted;
  for (const file of files.filter(fits).toSorted()) mocha.addFile(join(import.meta.dirname, file));
  await mocha.loadFilesAsync();
  const failed = await new Promise<number>(resolve => {
    mocha.run(resolve);
  });
  if (failed > 0) throw new Error(`${failed} failed`);
}
