import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { resting } from '../../../src/registry/tasks/give-way.ts';
import { startProcess } from '../../../src/registry/workers/worker.ts';

describe('a worker that yields to deliveries', () => {
  it('rests long when others wanted the core, briefly when nobody did, and not before its time is up', () => {
    const clock = { now: 0, used: 0 };
    const rests: number[] = [];
    const rest = resting({
      now: () => clock.now,
      used: () => clock.used,
      wait: milliseconds => {
        rests.push(milliseconds);
        clock.now += milliseconds;
      },
    });
    const work = (passed: number, used: number) => {
      clock.now += passed;
      clock.used += used;
      rest();
      return rests.splice(0);
    };
    const [short] = work(0.4, 0.4);
    const [long] = work(0.4, 0.1);
    assert.ok(short! > 0 && long! >= 10 * short!, `${short} and ${long} ms`);
    assert.deepEqual(work(0.2, 0.2), []);
    assert.deepEqual(work(0.2, 0.2), [short]);
    // Its own rest is no time that another took.
    assert.deepEqual(work(0.4, 0.39), [short]);
    assert.deepEqual(work(5, 0), [long]);
  });

  it('has a low priority with all threads of its process', async function () {
    if (process.platform !== 'linux') this.skip();
    const worker = startProcess({
      module: new URL('../../../src/registry/tasks/thread.ts', import.meta.url),
      memoryMb: 64,
      onFault: error => assert.fail(String(error)),
    });
    try {
      await worker.run({ name: 'render', request: null }).catch(() => {});
      const [child] = await childrenOf(process.pid, 'thread.ts');
      const threads = (await readdir(`/proc/${child}/task`)).map(Number);
      assert.ok(threads.length > 4, `${threads.length} threads`);
      const lower = threads.filter(thread => getPriority(thread) >= 15);
      assert.deepEqual(lower, threads);
    } finally {
      await worker.end();
    }
  });
});

/** Processes with that in their command line. */
async function childrenOf(parent: number, command: string): Promise<number[]> {
  const children: number[] = [];
  for (const task of await readdir(`/proc/${parent}/task`)) {
    const list = await readFile(`/proc/${parent}/task/${task}/children`, 'utf8');
    for (const child of list.trim().split(' '))
      if ((await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')).includes(command))
        children.push(Number(child));
  }
  return children;
}
