/** A rollback from the Command Palette in a real VS Code: key presses, and the time until applications get it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aRegistry } from '../test/registry/a-registry.ts';
import { inVscode } from './in-vscode.ts';
import { atMost, median, type Report } from './report.ts';
import type { Given, Measured } from './rollback-suite.ts';

/** The number of windows. In each, production is rolled back 15 times. */
const RUNS = 2;
const PROMPT = 'support/triage';

export async function measure(): Promise<Report> {
  await using registry = await aRegistry({ workers: 1 });
  await registry.publish(PROMPT, `One\n${'Classify the message. '.repeat(90)}\n`, null);
  await registry.publish(PROMPT, `Two\n${'Classify the message. '.repeat(90)}\n`, 1);
  for (const environment of ['staging', 'production'])
    for (const version of [1, 2]) await registry.promote(PROMPT, version, environment);
  const given: Given = {
    url: registry.url,
    key: await registry.key('production', 'approver', 'dana'),
    reader: await registry.key('production', 'reader', 'checkout'),
  };
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    await writeFile(join(folder, 'promptforge.json'), JSON.stringify({ registry: registry.url }));
    const env = { PROMPTFORGE_BENCH_IN: JSON.stringify(given) };
    const runs = (await inVscode('rollback-suite', RUNS, { folder, env })) as Measured[];
    const all = (of: (run: Measured) => readonly number[]) => runs.flatMap(of);
    const presses = Math.max(...all(run => run.presses));
    const command = median(all(run => run.command));
    const slowest = Math.max(...all(run => run.command));
    const bare = median(all(run => run.bare));
    return {
      title: 'A rollback from the palette on loopback, against the same call made bare in turn with it',
      figures: [
        { name: 'key presses, the most', value: presses, unit: '', limit: atMost(presses, 4, '') },
        {
          name: 'from the confirmation until delivery gives the old text',
          value: command,
          unit: 'ms',
          limit: atMost(command, 1000, 'ms'),
        },
        { name: 'the same, the slowest', value: slowest, unit: 'ms', limit: atMost(slowest, 1000, 'ms') },
        { name: 'the bare call', value: bare, unit: 'ms' },
        { name: 'ratio', value: command / bare, unit: '×' },
        {
          name: 'from the command until the last question is there',
          value: median(all(run => run.questions)),
          unit: 'ms',
        },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
