/** A stage of `npm test`: when it is given up on, what it counts, and what it says of a failure. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patience } from '../../scripts/host/patience.ts';
import { type StageResult, startStage } from '../../scripts/testing/runStage.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PROGRESS = 'process.env.PROMPTFORGE_TEST_PROGRESS';
const REPORT = `import { appendFileSync } from 'node:fs';
const report = event => appendFileSync(${PROGRESS}, JSON.stringify(event) + '\\n');
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
`;

interface Options {
  readonly counts?: boolean;
  readonly silenceMs?: number;
  readonly signal?: AbortSignal;
}

async function stageOf(
  script: string,
  { counts = true, silenceMs, signal }: Options = {},
): Promise<StageResult> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'stage.mjs');
  await writeFile(file, REPORT + script);
  const stage = { name: 'some', command: [file] as const, after: [], counts };
  const setup = {
    logs: folder.path,
    coverage: undefined,
    env: {},
    silenceMs: silenceMs ?? patience(60_000),
  };
  return await startStage(stage, setup, signal ?? new AbortController().signal).result;
}

describe('a stage of npm test', () => {
  it('counts what passed, failed and was skipped, and has the reason of each failure', async () => {
    const { progress, failure } = await stageOf(`
      report({ kind: 'start', total: 3 });
      report({ kind: 'pass', title: 'a', milliseconds: 1 });
      report({ kind: 'skip', title: 'b', milliseconds: 0 });
      report({ kind: 'fail', title: 'c', reason: 'because' });
      report({ kind: 'end' });
      process.exitCode = 1;`);
    assert.equal(failure, '1 of 3 failed');
    assert.deepEqual([progress.passed, progress.skipped], [1, 1]);
    assert.deepEqual(progress.failures, [{ title: 'c', reason: 'because' }]);
  });

  it('succeeds when every test passed', async () => {
    const { failure } = await stageOf(`
      report({ kind: 'start', total: 1 });
      report({ kind: 'pass', title: 'a', milliseconds: 1 });
      report({ kind: 'end' });`);
    assert.equal(failure, undefined);
  });

  it('fails when it ran no test', async () => {
    const { failure } = await stageOf(`report({ kind: 'start', total: 0 }); report({ kind: 'end' });`);
    assert.equal(failure, 'ran no test');
  });

  it('says where it was when its process ended early', async () => {
    const { failure } = await stageOf(`
      report({ kind: 'start', total: 9 });
      report({ kind: 'pass', title: 'a', milliseconds: 1 });
      report({ kind: 'begin', title: 'the one that crashes' });
      process.exit(7);`);
    assert.equal(failure, 'ended with code 7, after 1 of 9 tests, in "the one that crashes"');
  });

  it('does not count a suite that ended early as a success', async () => {
    const { failure } = await stageOf(`
      report({ kind: 'start', total: 2 });
      report({ kind: 'pass', title: 'a', milliseconds: 1 });
      process.exit(0);`);
    assert.match(failure ?? '', /^ended early, after 1 of 2 tests/);
  });

  it('is stopped when nothing has happened for long, with everything it started', async () => {
    const { failure, seconds } = await stageOf(
      `report({ kind: 'start', total: 2 });
      report({ kind: 'begin', title: 'the one that hangs' });
      await pause(100_000_000);`,
      // Long enough for a busy machine to start Node.
      { silenceMs: patience(5_000) },
    );
    assert.match(
      failure ?? '',
      /^was stopped: nothing happened for .* minutes, after 0 of 2 tests, in "the one that hangs"$/,
    );
    assert.ok(seconds >= 5, `${seconds} s`);
  });

  it('goes on for as long as there is a test, a step of one or a line of output, however long it takes', async () => {
    const silenceMs = patience(8_000);
    const signs = [
      `report({ kind: 'pass', title: 'a', milliseconds: 1 })`,
      `report({ kind: 'step', title: 'a' })`,
      `console.log('a')`,
    ];
    const results = await Promise.all(
      signs.map(sign =>
        stageOf(
          `report({ kind: 'start', total: 1 });
          const end = Date.now() + ${silenceMs * 1.5};
          while (Date.now() < end) { ${sign}; await pause(100); }
          report({ kind: 'pass', title: 'the last', milliseconds: 1 });
          report({ kind: 'end' });`,
          { silenceMs },
        ),
      ),
    );
    for (const { failure, seconds } of results) {
      assert.equal(failure, undefined);
      assert.ok(seconds > silenceMs / 1000, `${seconds} s`);
    }
  });

  it('ends when it is interrupted', async () => {
    const { failure } = await stageOf(`await pause(100_000_000);`, {
      counts: false,
      signal: AbortSignal.timeout(200),
    });
    assert.equal(failure, 'was interrupted');
  });
});
