// The entry point that VS Code calls in its extension host: runs every test file built beside this one with mocha.

import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { takeCoverage } from 'node:v8';
import Mocha from 'mocha';
import { NO_FOLDER } from '../../scripts/host/hostMessages.ts';
import { runEachAlone } from '../../scripts/testing/aloneRun.ts';
import { mochaHooks } from '../../scripts/testing/mochaHooks.ts';
import { ProgressReporter } from '../../scripts/testing/progressReporter.ts';
import { eventually } from '../eventually.ts';

/**
 * Runs the suite; PROMPTFORGE_TEST_GREP narrows it, and PROMPTFORGE_TEST_ALONE=1 runs each of its tests alone.
 * @throws {Error} when a test fails, which VS Code turns into exit code 1
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const only = process.env['PROMPTFORGE_TEST_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: ProgressReporter,
    color: false,
    rootHooks: mochaHooks,
    forbidOnly: process.env['CI'] !== undefined,
    ...(only === undefined ? {} : { grep: new RegExp(only) }),
  });
  const files = await Array.fromAsync(glob('**/*.test.js', { cwd: import.meta.dirname }));
  // VS Code 1.105 requires this file, and waits for ever if what it requires imports vscode.
  const { workspace } = await import('vscode');
  await hasFolder();
  // A window that is not trusted, or without a folder on a disk, is for the suites that are about it.
  const isOnDisk = workspace.workspaceFolders?.some(({ uri }) => uri.scheme === 'file') === true;
  const fits = (file: string) => {
    if (!workspace.isTrusted || file.startsWith('untrusted'))
      return !workspace.isTrusted && file.startsWith('untrusted');
    return isOnDisk || file.startsWith('virtual');
  };
  // Not by mocha's own loading: it uses `require`, under which VS Code 1.105 waits for itself when the module that is
  // loaded imports `vscode`.
  for (const file of files
    .filter(fits)
    .toSorted()
    .map(file => join(import.meta.dirname, file))) {
    mocha.suite.emit('pre-require', globalThis, file, mocha);
    mocha.suite.emit('require', await import(pathToFileURL(file).href), file, mocha);
    mocha.suite.emit('post-require', globalThis, file, mocha);
  }
  const failed =
    process.env['PROMPTFORGE_TEST_ALONE'] === '1'
      ? (await runEachAlone(mocha)).length
      : await new Promise<number>(resolve => {
          mocha.run(resolve);
        });
  // The host is stopped as soon as this returns, before Node would write it.
  if (process.env['NODE_V8_COVERAGE']) takeCoverage();
  if (failed > 0) throw new Error(`${failed} failed`);
}

/** @throws {Error} where the window comes up without its folder; the launcher opens it once more then */
async function hasFolder(): Promise<void> {
  const { workspace } = await import('vscode');
  await eventually('a folder', () => (workspace.workspaceFolders ?? []).length > 0).catch(() => {
    console.log(NO_FOLDER);
    throw new Error(NO_FOLDER);
  });
}
