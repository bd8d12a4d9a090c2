/** The Promotions view with a thousand entries, in a real VS Code with a registry on the same machine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironments } from '../src/core/environment.ts';
import { inTurns } from '../src/workspace/in-turns.ts';
import { aRegistry, type RegistryForTest } from '../test/registry/a-registry.ts';
import { inVscode } from './in-vscode.ts';
import type { Given, Measured } from './promotions-suite.ts';
import { atMost, median, type Report } from './report.ts';

/** The number of windows. In each, the list arrives and the view opens ten times. */
const RUNS = 2;
/** Each prompt has a promotion that waits for approval in production, and one that is planned in staging. */
const PROMPTS = 500;
const ENTRIES = 2 * PROMPTS;

export async function measure(): Promise<Report> {
  await using registry = await aRegistry({ environments: defaultEnvironments(1), workers: 1 });
  await fill(registry);
  const given: Given = {
    url: registry.url,
    key: await registry.key('production', 'approver', 'dana'),
    entries: ENTRIES,
  };
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    await writeFile(join(folder, 'promptforge.json'), JSON.stringify({ registry: registry.url }));
    const env = { PROMPTFORGE_BENCH_IN: JSON.stringify(given) };
    const runs = (await inVscode('promotions-suite', RUNS, { folder, env })) as Measured[];
    const all = (of: (run: Measured) => readonly number[]) => median(runs.flatMap(of));
    const first = (of: (run: Measured) => readonly number[]) =>
      median(runs.map(run => of(run)[0] ?? Number.NaN));
    return {
      title: 'The Promotions view, 1,000 entries: until the window has every row',
      figures: [
        figure(
          'after the list has arrived',
          all(run => run.arrives),
        ),
        figure(
          'after the list has arrived, the first time',
          first(run => run.arrives),
        ),
        figure(
          'after the view was opened',
          all(run => run.opens),
        ),
        { name: 'after the registry was asked', value: all(run => run.asks), unit: 'ms' },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(registry: RegistryForTest): Promise<void> {
  const effectiveAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const numbers = Array.from({ length: PROMPTS }, (_, index) => index);
  await inTurns(numbers, 8, async index => {
    const prompt = `team-${index % 40}/prompt-${index}`;
    for (const version of [1, 2]) await registry.publish(prompt, `Text ${version}\n`, version - 1 || null);
    await registry.promote(prompt, 1, 'staging');
    const request = { channel: 'stable', reason: 'A reason as people write it' };
    await ask(registry, prompt, { ...request, environment: 'production', version: 1, expected: null });
    await ask(registry, prompt, { ...request, environment: 'staging', version: 2, expected: 1, effectiveAt });
  });
}

async function ask(
  registry: RegistryForTest,
  prompt: string,
  request: Readonly<Record<string, unknown>> & { readonly environment: string },
): Promise<void> {
  const path = `/v1/prompts/${prompt}/-/promotions`;
  const answer = await registry.call('POST', path, request, { as: `${request.environment} approver ada` });
  if (answer.status !== 202) throw new Error(answer.text);
}

function figure(name: string, value: number): Report['figures'][number] {
  return { name, value, unit: 'ms', limit: atMost(value, 100, 'ms') };
}
