// Runs one stage of `npm test` in a separate process, stops it if it hangs, and decides whether it failed.

import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { endGroup, spawnGroup } from '../host/processGroup.ts';
import { ROOT } from '../projectRoot.ts';
import { CpuMeter } from './cpuTime.ts';
import { NO_PROGRESS, type Progress, ProgressReader } from './progress.ts';
import type { Stage } from './stages.ts';

export type StageResult = {
  readonly stage: Stage;
  readonly seconds: number;
  /** The processor time of the stage and its child processes; undefined if the system does not report it. */
  readonly cpuSeconds: number | undefined;
  readonly progress: Progress;
  /** The reason of the failure, for the summary; undefined if it succeeded. */
  readonly failure: string | undefined;
  /** The file with its output: an absolute path. */
  readonly log: string;
};

export type StageSetup = {
  /** The folder for logs and progress files. */
  readonly logs: string;
  /** The folder for V8's coverage of all Node processes of the stage; undefined to measure none. */
  readonly coverage: string | undefined;
  /** Added to the environment of every stage. */
  readonly env: Readonly<Record<string, string>>;
  /** A stage that prints nothing and reports no progress for this long hangs. */
  readonly silenceMs: number;
};

/** A stage that is running. */
export type RunningStage = {
  readonly stage: Stage;
  /** Its progress, updated a few times per second. */
  progress(): Progress;
  /** The last line that it printed, for a stage without tests. */
  lastLine(): string;
  /** Does not reject if the stage fails. */
  readonly result: Promise<StageResult>;
};

const POLL_MS = 250;

/** Starts a stage. @param signal ends it early, with all its child processes */
export function startStage(stage: Stage, setup: StageSetup, signal: AbortSignal): RunningStage {
  const watched = { progress: NO_PROGRESS, lastLine: '' };
  return {
    stage,
    progress: () => watched.progress,
    lastLine: () => watched.lastLine,
    result: run(stage, setup, signal, watched),
  };
}

async function run(
  stage: Stage,
  { logs, coverage, env, silenceMs }: StageSetup,
  signal: AbortSignal,
  watched: { progress: Progress; lastLine: string },
): Promise<StageResult> {
  const started = Date.now();
  await mkdir(logs, { recursive: true });
  const log = join(logs, `${stage.name}.log`);
  const progressFile = join(logs, `${stage.name}.progress.jsonl`);
  await rm(progressFile, { force: true });
  const reader = new ProgressReader(progressFile);
  const output = createWriteStream(log);
  const [script, ...args] = stage.command;
  const child = spawnGroup(process.execPath, [script, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...env,
      ...stage.env,
      PROMPTFORGE_TEST_PROGRESS: progressFile,
      ...(stage.counts && coverage !== undefined ? { NODE_V8_COVERAGE: coverage } : {}),
    },
  });
  const cpu = new CpuMeter(child.pid ?? 0);
  let alive = Date.now();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.pipe(output, { end: false });
    stream?.on('data', (chunk: Buffer) => {
      alive = Date.now();
      watched.lastLine = chunk.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    });
  }

  const ended = Promise.withResolvers<string | undefined>();
  child.on('error', error => ended.resolve(`could not be started: ${error.message}`));
  child.on('close', (code, ending) =>
    ended.resolve(code === 0 ? undefined : `ended with ${code === null ? ending : `code ${code}`}`),
  );
  let polling = Promise.resolve();
  const poll = async (): Promise<void> => {
    const progress = await reader.read();
    if (progress.events > watched.progress.events) alive = Date.now();
    watched.progress = progress;
    const silent = Date.now() - alive;
    if (silent > silenceMs)
      ended.resolve(`was stopped: nothing happened for ${(silent / 60_000).toFixed(1)} minutes`);
  };
  const timer = setInterval(() => {
    polling = polling.then(poll);
  }, POLL_MS);
  const stop = (): void => ended.resolve('was interrupted');
  signal.addEventListener('abort', stop);
  const ending = await ended.promise;
  clearInterval(timer);
  signal.removeEventListener('abort', stop);
  // Even if it succeeded, because processes that a test has started must not slow down the next stage.
  await endGroup(child);
  const cpuSeconds = cpu.stop();
  output.end();
  await finished(output);
  await polling;
  watched.progress = await reader.read();

  const { progress } = watched;
  const seconds = (Date.now() - started) / 1000;
  return { stage, seconds, cpuSeconds, progress, failure: judge(stage, ending, progress), log };
}

function judge(stage: Stage, ending: string | undefined, progress: Progress): string | undefined {
  const { failures, passed, skipped, total, current, ended } = progress;
  const done = passed + skipped + failures.length;
  // For a suite that ended early, this is the failure, even if tests have failed before.
  if (stage.counts && !ended && (ending !== undefined || done > 0))
    return `${ending ?? 'ended early'}, after ${done} of ${total} tests${current === undefined ? '' : `, in "${current}"`}`;
  if (failures.length > 0) return `${failures.length} of ${total} failed`;
  if (ending !== undefined) return ending;
  if (stage.counts && passed === 0) return 'ran no test';
  return undefined;
}
