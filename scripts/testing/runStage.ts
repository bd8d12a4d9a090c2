// Runs one stage of `npm test` in a process of its own and judges how it ended.

import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { endGroup, spawnGroup } from '../host/processGroup.ts';
import { ROOT } from '../projectRoot.ts';
import { readTestCounts, type TestCounts } from './counts.ts';
import type { Stage } from './stages.ts';

export type StageResult = {
  readonly stage: Stage;
  readonly seconds: number;
  readonly counts: TestCounts;
  /** Why it failed, for the reader of the summary; undefined when it succeeded. */
  readonly failure: string | undefined;
  /** All that it printed: an absolute path. */
  readonly log: string;
};

export type StageFolders = {
  /** For the logs and the counts. */
  readonly logs: string;
  /** For V8's coverage of every Node process that the stage starts. */
  readonly coverage: string;
};

/** A stage that hangs must not hang everything; the slowest takes a minute or two. */
const STAGE_TIMEOUT_MS = 15 * 60_000;
const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs a stage to its end. It never throws for a failing stage.
 * @param signal ends the stage early, with everything it started
 */
export async function runStage(
  stage: Stage,
  folders: StageFolders,
  signal: AbortSignal,
): Promise<StageResult> {
  const started = Date.now();
  await mkdir(folders.logs, { recursive: true });
  const log = join(folders.logs, `${stage.name}.log`);
  const report = join(folders.logs, `${stage.name}.counts.json`);
  await rm(report, { force: true });
  const output = createWriteStream(log);
  const [script, ...args] = stage.command;
  const child = spawnGroup(process.execPath, [script, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...stage.env,
      PROMPTFORGE_TEST_REPORT: report,
      ...(stage.counts ? { NODE_V8_COVERAGE: folders.coverage } : {}),
    },
  });
  child.stdout?.pipe(output, { end: false });
  child.stderr?.pipe(output, { end: false });

  const ended = Promise.withResolvers<string | undefined>();
  child.on('error', error => ended.resolve(`could not be started: ${error.message}`));
  child.on('close', (code, ending) =>
    ended.resolve(code === 0 ? undefined : `ended with ${code === null ? ending : `code ${code}`}`),
  );
  const timer = setTimeout(
    () => ended.resolve(`did not end within ${STAGE_TIMEOUT_MS / 60_000} minutes`),
    STAGE_TIMEOUT_MS,
  );
  const stop = (): void => ended.resolve('was interrupted');
  signal.addEventListener('abort', stop);
  const ending = await ended.promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  // Also after a good end: nothing that a test started may go on and slow down the next stage.
  await endGroup(child);
  output.end();
  await finished(output);

  const counts = await readTestCounts(report);
  const seconds = (Date.now() - started) / 1000;
  return { stage, seconds, counts: counts ?? NO_TESTS, failure: judge(stage, ending, counts), log };
}

function judge(stage: Stage, ending: string | undefined, counts: TestCounts | undefined): string | undefined {
  if (counts !== undefined && counts.failed > 0) return `${counts.failed} failed`;
  if (ending !== undefined) return ending;
  if (stage.counts && (counts?.passed ?? 0) === 0) return 'ran no test';
  return undefined;
}
