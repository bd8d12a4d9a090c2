/**
 * The cost of typing into the largest prompt for the extension host of a real VS Code: how long it is blocked while it
 * sends every keystroke to the language server and reads the answers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProduct } from '../scripts/build.ts';
import { inVscode } from './in-vscode.ts';
import type { Measured } from './language-host-suite.ts';
import { atMost, median, type Report } from './report.ts';

const RUNS = 3;
const LIMIT = 50;

export async function measure(): Promise<Report> {
  await buildProduct();
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const runs = (await inVscode('language-host-suite', RUNS, { folder }).finally(() =>
    rm(folder, { recursive: true, force: true }),
  )) as Measured[];
  const of = (figure: keyof Measured) => median(runs.map(run => run[figure]));
  const longest = Math.max(...runs.map(({ heldWhileTyping }) => heldWhileTyping));
  const size = `${(of('bytes') / 2 ** 20).toFixed(2)} MiB`;
  return {
    title: `Typing into a prompt of ${size}, ${of('tokens')} semantic tokens and ${of('problems')} problems`,
    figures: [
      {
        name: 'the host held in one piece, longest (time of its thread)',
        value: longest,
        unit: 'ms',
        limit: atMost(longest, LIMIT, 'ms'),
      },
      { name: 'the same by the clock, other programs included', value: of('clockWhileTyping'), unit: 'ms' },
      { name: 'problems after the last keystroke', value: of('lastAnswer'), unit: 'ms' },
      { name: 'from opening it to its first problems', value: of('starting'), unit: 'ms' },
      { name: 'the host held in one piece meanwhile', value: of('heldWhileStarting'), unit: 'ms' },
    ],
  };
}
