// `npm test`: runs all stages, and prints the number of passed and failed tests.
//
//   npm test                       all stages
//   npm test -- core extension     only these stages, and those that they need
//   npm test -- --seed 42          repeats the order of an earlier run
//   npm test -- --list             the names of the stages
//   npm run test:faults            failing servers, disks and databases, as often as docs/operation.md says
//   npm run test:all               all stages in full, with fuzzing and coverage

import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './projectRoot.ts';
import { reportCoverage } from './testing/coverage.ts';
import { measureMachineSpeed } from './testing/machineSpeed.ts';
import { NO_PROGRESS } from './testing/progress.ts';
import { type RunningStage, type StageResult, type StageSetup, startStage } from './testing/runStage.ts';
import { Screen } from './testing/screen.ts';
import { allStages, type Stage, select } from './testing/stages.ts';

/** A stage without any progress for this long hangs, on a machine as fast as the reference. */
const SILENCE_MS = 5 * 60_000;
/** The number of stages to run at once, in addition to a VS Code window. They wait for I/O half of the time. */
const LANES = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    'full-faults': { type: 'boolean', default: false },
    coverage: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
});

const stages = await allStages({ everything: values.all, alone: values.alone });
if (values.list) console.log(stages.map(stage => stage.name).join('\n'));
else await test(select(stages, positionals));

async function test(chosen: readonly Stage[]): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  const setup = await prepare();

  const started = Date.now();
  const results = await runInLanes(chosen, setup, interruption.signal);
  if (setup.coverage !== undefined && !interruption.signal.aborted) await reportCoverage(setup.coverage);

  printCosts(results, (Date.now() - started) / 1000);
  const failed = results.filter(result => result.failure !== undefined);
  if (failed.length > 0) {
    console.log('\nFailed:');
    for (const { stage, failure, progress } of failed) {
      console.log(`  ${stage.name}: ${failure}`);
      for (const { title } of progress.failures) console.log(`    ✘ ${title}`);
    }
  }
  const skipped = sum(results, result => result.progress.skipped);
  if (skipped > 0) console.log(`\n${skipped} skipped.`);
  // A stage that failed without a failing test (lint, a crash, no tests) counts as one.
  const failures = sum(failed, result => Math.max(1, result.progress.failures.length));
  console.log(`${sum(results, result => result.progress.passed)} passed, ${failures} failed`);
  process.exitCode = failures > 0 || interruption.signal.aborted ? 1 : 0;
}

async function prepare(): Promise<StageSetup> {
  await rm(join(ROOT, 'coverage'), { recursive: true, force: true });
  const speed = measureMachineSpeed();
  const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000));
  console.log(
    `This machine takes ${speed.milliseconds.toFixed(0)} ms for the calibration: time limits are ${speed.factor.toFixed(1)} times those of the reference.`,
  );
  console.log(`Files and tests run in a random order: npm test -- --seed ${seed} repeats it.\n`);
  return {
    logs: join(ROOT, 'out', 'test-logs'),
    coverage: values.coverage || values.all ? join(ROOT, 'coverage', 'raw') : undefined,
    silenceMs: SILENCE_MS * speed.factor,
    env: {
      PROMPTFORGE_TEST_PATIENCE: speed.factor.toFixed(2),
      PROMPTFORGE_TEST_SEED: seed,
      // Node caches the compiled sources, without types, for the next stages.
      NODE_COMPILE_CACHE: join(ROOT, 'out', 'compiled'),
      ...(values.all || values['full-faults'] ? { PROMPTFORGE_TEST_FAULTS: 'full' } : {}),
      ...(values.all ? { PROMPTFORGE_TEST_RUNS: 'full' } : {}),
      ...(values.alone ? { PROMPTFORGE_TEST_ALONE: '1' } : {}),
    },
  };
}

/** Runs each stage as soon as the stages that it needs have succeeded, a few at a time. */
async function runInLanes(
  chosen: readonly Stage[],
  setup: StageSetup,
  signal: AbortSignal,
): Promise<StageResult[]> {
  const lanes = Math.min(LANES, availableParallelism());
  const waiting = [...chosen];
  const running = new Map<string, RunningStage>();
  const results = new Map<string, StageResult>();
  const screen = new Screen(() => [...running.values()]);
  const hasRoom = (next: Stage): boolean => {
    if (next.onlyWaits === true) return true;
    const busy = [...running.values()].filter(({ stage }) => !stage.onlyWaits);
    const beside = busy.filter(({ stage }) => !stage.needsWindow);
    // Windows take longest, so one of them runs in addition to the lanes.
    return next.needsWindow === true ? beside.length === busy.length : beside.length < lanes;
  };
  while (waiting.length + running.size > 0) {
    for (const stage of [...waiting]) {
      const broken = stage.after.find(name => results.get(name)?.failure !== undefined);
      if (broken !== undefined || signal.aborted) {
        waiting.splice(waiting.indexOf(stage), 1);
        const failure = signal.aborted ? 'was not started' : `was not started: ${broken} failed`;
        const result = { stage, seconds: 0, cpuSeconds: 0, progress: NO_PROGRESS, failure, log: setup.logs };
        results.set(stage.name, result);
        continue;
      }
      if (!stage.after.every(name => results.has(name)) || !hasRoom(stage)) continue;
      waiting.splice(waiting.indexOf(stage), 1);
      running.set(stage.name, startStage(stage, setup, signal));
    }
    if (running.size === 0) continue;
    const result = await Promise.race([...running.values()].map(each => each.result));
    running.delete(result.stage.name);
    results.set(result.stage.name, result);
    screen.ended(result, result.failure === undefined ? '' : await readFile(result.log, 'utf8'));
  }
  screen.stop();
  return [...results.values()];
}

/** Prints the most expensive stages. */
function printCosts(results: readonly StageResult[], wallSeconds: number): void {
  const cpu = sum(results, result => result.cpuSeconds ?? 0);
  const share = (value: number): string => (cpu === 0 ? '' : `${Math.round((value / cpu) * 100)} %`);
  const costly = results
    .toSorted((a, b) => (b.cpuSeconds ?? b.seconds) - (a.cpuSeconds ?? a.seconds))
    .slice(0, 8)
    .map(({ stage, cpuSeconds, seconds }) =>
      cpuSeconds === undefined
        ? `${stage.name} ${seconds.toFixed(0)} s`
        : `${stage.name} ${share(cpuSeconds)}`,
    );
  console.log(`\nWhere the time went: ${costly.join(', ')}.`);
  const minutes = `${Math.floor(wallSeconds / 60)} min ${Math.round(wallSeconds % 60)} s`;
  console.log(
    `${results.length} stages in ${minutes}${cpu === 0 ? '' : `, with ${cpu.toFixed(0)} CPU seconds`}.`,
  );
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
