/** The cost of the extension for a window: the duration of `activate()` in a real VS Code, and the size of its code. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildProduct } from '../scripts/build.ts';
import { inVscode } from './in-vscode.ts';
import { atMost, median, type Report } from './report.ts';

const ENTRY = join(import.meta.dirname, '..', 'dist', 'extension.js');
const RUNS = 7;

export async function measure(): Promise<Report> {
  const loaded = (await buildProduct()) / 1024;
  const entry = (await readFile(ENTRY)).byteLength / 1024;
  const runs = (await inVscode('activation-suite', RUNS)) as { activate: number }[];
  const activation = median(runs.map(({ activate }) => activate));
  return {
    title: 'Extension',
    figures: [
      { name: 'activate()', value: activation, unit: 'ms', limit: atMost(activation, 20, 'ms') },
      { name: 'dist/extension.js', value: entry, unit: 'KB', limit: atMost(entry, 250, 'KB') },
      {
        name: 'loaded at activation, chunks included',
        value: loaded,
        unit: 'KB',
        limit: atMost(loaded, 250, 'KB'),
      },
    ],
  };
}
