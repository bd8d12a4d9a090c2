/** The explorer with ten thousand prompts in a real VS Code: the time until its first level is ready. */
import type { Measured } from './explorer-suite.ts';
import { inVscode } from './in-vscode.ts';
import { atMost, median, type Report } from './report.ts';

/** The number of windows. In each, the list arrives several times, and the first is the slowest. */
const RUNS = 3;

export async function measure(): Promise<Report> {
  const runs = (await inVscode('explorer-suite', RUNS)) as Measured[];
  const all = (of: (run: Measured) => readonly number[]) => median(runs.flatMap(of));
  const first = (of: (run: Measured) => readonly number[]) =>
    median(runs.map(run => of(run)[0] ?? Number.NaN));
  return {
    title: 'Explorer, 10 000 prompts: first level after the list has arrived',
    figures: [
      figure(
        'in 40 folders',
        all(run => run.folders),
      ),
      figure(
        'in 40 folders, the first time',
        first(run => run.folders),
      ),
      figure(
        'all in one folder',
        all(run => run.flat),
      ),
      figure(
        'all in one folder, the first time',
        first(run => run.flat),
      ),
    ],
  };
}

function figure(name: string, value: number): Report['figures'][number] {
  return { name, value, unit: 'ms', limit: atMost(value, 150, 'ms') };
}
