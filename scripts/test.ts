// `npm test`: everything that must hold, and one line at the end that says how much did.
//
//   npm test                       all stages
//   npm test -- core extension     only these, and what they need
//   npm test -- --list             the names of the stages

import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './projectRoot.ts';
import { reportCoverage } from './testing/coverage.ts';
import { runStage, type StageFolders, type StageResult } from './testing/runStage.ts';
import { allStages, type Stage, select } from './testing/stages.ts';

const LINES_OF_A_FAILURE = 200;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false } },
});

const stages = await allStages();
if (values.list) console.log(stages.map(stage => stage.name).join('\n'));
else await test(select(stages, positionals));

async function test(chosen: readonly Stage[]): Promise<void> {
  const folders: StageFolders = {
    logs: join(ROOT, 'out', 'test-logs'),
    coverage: join(ROOT, 'coverage', 'raw'),
  };
  await rm(join(ROOT, 'coverage'), { recursive: true, force: true });
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());

  const started = Date.now();
  const results = await runInLanes(chosen, folders, interruption.signal);
  if (chosen.some(stage => stage.counts) && !interruption.signal.aborted) {
    console.log();
    await reportCoverage(folders.coverage);
  }

  const failed = results.filter(result => result.failure !== undefined);
  if (failed.length > 0) {
    console.log('\nFailed:');
    for (const { stage, failure, log } of failed) {
      console.log(`  ${stage.name}: ${failure} (${relative(process.cwd(), log) || log})`);
    }
  }
  const skipped = sum(results, result => result.counts.skipped);
  if (skipped > 0) console.log(`\n${skipped} skipped.`);
  console.log(`\n${chosen.length} stages in ${seconds((Date.now() - started) / 1000)}.`);
  // A stage that failed without a failing test (lint, a crash, no tests) counts as one.
  const failures = sum(failed, result => Math.max(1, result.counts.failed));
  console.log(`${sum(results, result => result.counts.passed)} passed, ${failures} failed`);
  process.exitCode = failures > 0 || interruption.signal.aborted ? 1 : 0;
}

/** Runs the stages as early as what they wait for allows, two at a time (one where there is one core). */
async function runInLanes(
  chosen: readonly Stage[],
  folders: StageFolders,
  signal: AbortSignal,
): Promise<StageResult[]> {
  const lanes = Math.min(2, availableParallelism());
  const waiting = [...chosen];
  const running = new Map<string, Promise<StageResult>>();
  const results = new Map<string, StageResult>();
  while (waiting.length + running.size > 0) {
    for (const stage of [...waiting]) {
      const broken = stage.after.find(name => results.get(name)?.failure !== undefined);
      if (broken !== undefined || signal.aborted) {
        waiting.splice(waiting.indexOf(stage), 1);
        const failure = signal.aborted ? 'was not started' : `was not started: ${broken} failed`;
        const counts = { passed: 0, failed: 0, skipped: 0 };
        results.set(stage.name, { stage, seconds: 0, counts, failure, log: folders.logs });
        continue;
      }
      if (running.size >= lanes || !stage.after.every(name => results.has(name))) continue;
      waiting.splice(waiting.indexOf(stage), 1);
      console.log(`  … ${stage.name}`);
      running.set(stage.name, runStage(stage, folders, signal));
    }
    if (running.size === 0) continue;
    const result = await Promise.race(running.values());
    running.delete(result.stage.name);
    results.set(result.stage.name, result);
    await say(result);
  }
  return [...results.values()];
}

async function say({ stage, failure, counts, seconds: took, log }: StageResult): Promise<void> {
  const tests = stage.counts ? `${counts.passed} passed` : 'done';
  if (failure === undefined) {
    console.log(`  ✔ ${stage.name.padEnd(20)} ${tests.padEnd(12)} ${seconds(took)}`);
    return;
  }
  console.log(`  ✘ ${stage.name.padEnd(20)} ${failure}, after ${seconds(took)}`);
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
  const shown = lines.slice(-LINES_OF_A_FAILURE);
  if (shown.length < lines.length) console.log(`    (${lines.length - shown.length} lines before)`);
  console.log(shown.map(line => `    ${line}`).join('\n'));
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
