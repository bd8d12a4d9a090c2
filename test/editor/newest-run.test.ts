import assert from 'node:assert/strict';
import { NewestRun } from '../../src/editor/work/newest-run.ts';

describe('NewestRun', () => {
  it('aborts the previous run, whose waiters wait for the newest', async () => {
    const runs = new NewestRun();
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const seen: string[] = [];
    const start = async (index: number) => {
      await runs.start(async signal => {
        await gates[index]?.promise;
        seen.push(`${index} ${signal.aborted ? 'aborted' : 'counts'}`);
      });
      seen.push(`waited for ${index}`);
    };
    const waiting = [start(0), start(1)];
    gates[0]?.resolve();
    await new Promise(setImmediate);
    assert.deepEqual(seen, ['0 aborted']);
    gates[1]?.resolve();
    await Promise.all(waiting);
    assert.deepEqual(seen.slice(0, 2), ['0 aborted', '1 counts']);
    assert.equal(seen.length, 4);
    assert.equal(runs.running, undefined);
  });

  it('releases its waiters when it is stopped', async () => {
    const runs = new NewestRun();
    const gate = Promise.withResolvers<void>();
    const waiting = runs.start(() => gate.promise);
    assert.equal(runs.running, waiting);
    runs.stop();
    gate.resolve();
    await waiting;
    assert.equal(runs.running, undefined);
  });

  it('starts again after a failed run', async () => {
    const runs = new NewestRun();
    await assert.rejects(
      runs.start(async () => {
        throw new Error('no');
      }),
      /^Error: no$/,
    );
    assert.equal(runs.running, undefined);
    await runs.start(async () => undefined);
  });
});
