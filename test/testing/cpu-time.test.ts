/** The CPU seconds of a stage: its own, its children's, and of children whose parent is gone. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CpuMeter } from '../../scripts/testing/cpuTime.ts';

/** Uses the processor for so long, in seconds of CPU time. */
const burn = (seconds: number) =>
  `while (process.cpuUsage().user + process.cpuUsage().system < ${seconds * 1e6}) Math.sqrt(Math.random());`;
const child = (script: string, options = '') =>
  `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(script)}], {stdio: 'inherit'${options}})`;

async function cpuSecondsOf(script: string): Promise<number> {
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  // It begins once the meter is there, and stays until it has looked.
  const leader = spawn(process.execPath, ['-e', script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const meter = new CpuMeter(leader.pid ?? 0);
  await once(leader.stdout, 'data');
  const seconds = meter.stop();
  leader.stdin.end();
  await once(leader, 'exit');
  assert.ok(seconds !== undefined);
  return seconds;
}

const DONE = `console.log('done'); process.stdin.resume();`;

describe('the CPU time of a process and all that it starts', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('holds its own', async () => {
    const seconds = await cpuSecondsOf(burn(0.6) + DONE);
    assert.ok(seconds >= 0.5 && seconds < 1.2, `${seconds}`);
  });

  it('holds that of children that have ended, once', async () => {
    const seconds = await cpuSecondsOf(
      `const one = ${child(burn(0.6))}; one.on('exit', () => { const two = ${child(burn(0.6))}; two.on('exit', () => { ${DONE} }); });`,
    );
    assert.ok(seconds >= 1.1 && seconds < 2.1, `${seconds}`);
  });

  it('holds that of children too short to be seen', async () => {
    const short = `const {execFileSync} = require('node:child_process'); for (let n = 0; n < 6; n++) execFileSync(process.execPath, ['-e', ${JSON.stringify(burn(0.1))}]);`;
    const seconds = await cpuSecondsOf(short + DONE);
    assert.ok(seconds >= 0.5, `${seconds}`);
  });

  it('holds that of a grandchild whose parent has ended', async () => {
    // The meter looks every half second, on a busy machine later.
    const grandchild = `setTimeout(() => { ${burn(0.6)} console.log('done'); setTimeout(() => {}, 5000); }, 2500)`;
    const parent = `${child(grandchild, ', detached: true')}.unref(); setTimeout(() => process.exit(0), 2000)`;
    const seconds = await cpuSecondsOf(`${child(parent)}; process.stdin.resume();`);
    assert.ok(seconds >= 0.5, `${seconds}`);
  });
});
