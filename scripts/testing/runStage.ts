// Runs one stage of `npm test` in a process of its own, watches it for signs of life, and judges how it ended.

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
  /** Of the stage's process and all that it started; undefined where the system does not tell. */
  readonly cpuSeconds: number | undefined;
  readonly progress: Progress;
  /** Why it failed, for the reader of the summary; undefined when it succeeded. */
  readonly failure: string | undefined;
  /** All that it printed: an absolute path. */
  readonly log: string;
};

export type StageSetup = {
  /** For the logs and the progress files. */
  readonly logs: string;
  /** For V8's coverage of every Node process that the stage starts; undefined where none is wanted. */
  readonly coverage: string | undefined;
  /** Added to the environment of every stage. */
  readonly env: Readonly<Record<string, string>>;
  /** A stage that prints nothing and finishes no test for so long hangs. */
  readonly silenceMs: number;
};

/** A stage that is running. */
export type RunningStage = {
  readonly stage: Stage;
  /** How far it is; it is read anew a few times a second. */
  progress(): Progress;
  /** What it printed last, for a stage without tests. */
  lastLine(): string;
  /** Never rejects for a failing stage. */
  readonly result: Promise<StageResult>;
};

const POLL_MS = 250;

/** Starts a stage. @param signal ends it early, with everything it started */
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
  // Also after a good end: nothing that a test started may go on and slow down the next stage.
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
  // A suite that was cut short says so, however many of its tests failed before.
  if (stage.counts && !ended && (ending !== undefined || done > 0))
    return `${ending ?? 'ended early'}, after ${done} of ${total} tests${current === undefined ? '' : `, in "${current}"`}`;
  if (failures.length > 0) return `${failures.length} of ${total} failed`;
  if (ending !== undefined) return ending;
  if (stage.counts && passed === 0) return 'ran no test';
  return undefined;
}
