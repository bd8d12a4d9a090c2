/** Runs inside VS Code: writes the duration of the extension's `activate()`, by its own performance marks. */
import { writeFile } from 'node:fs/promises';
import { extensions } from 'vscode';

export async function run(): Promise<void> {
  const out = process.env['PROMPTFORGE_BENCH_OUT'];
  if (out === undefined) throw new Error('PROMPTFORGE_BENCH_OUT names the file to write.');
  const extension = extensions.getExtension('promptforge.promptforge');
  if (extension === undefined) throw new Error('The extension is not there.');
  await extension.activate();
  const [measured] = performance.getEntriesByName('promptforge/activate', 'measure');
  if (measured === undefined) throw new Error('The extension did not measure its activation.');
  await writeFile(out, JSON.stringify({ activate: measured.duration }));
}
