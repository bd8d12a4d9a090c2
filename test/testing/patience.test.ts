/** Time limits on a machine that is slower than the reference. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runCommand } from '../../scripts/host/runCommand.ts';
import { ROOT } from '../../scripts/projectRoot.ts';

const PATIENCE = join(ROOT, 'scripts', 'host', 'patience.ts');

/** What `patience` makes of these where `npm test` measured the machine as this many times slower. */
async function patienceOf(factor: string, milliseconds: readonly number[]): Promise<number[]> {
  const script = `import { patience } from ${JSON.stringify(PATIENCE)};
    console.log(JSON.stringify(${JSON.stringify(milliseconds)}.map(patience)));`;
  const args = ['--input-type=module-typescript', '--eval', script];
  const env = { ...process.env, PROMPTFORGE_TEST_PATIENCE: factor };
  return JSON.parse(await runCommand(process.execPath, args, { env }));
}

describe('patience', () => {
  it('gives what every timer takes, however slow the machine', async () => {
    for (const factor of ['1.01', '2.8']) {
      const times = [1, 200, 8_000, 60_000, 180_000];
      const here = await patienceOf(factor, times);
      here.forEach((milliseconds, index) => {
        assert.ok(milliseconds >= (times[index] ?? 0) * Number(factor) - 1e-6, `${milliseconds}`);
        AbortSignal.timeout(milliseconds); // throws for a fraction
      });
    }
  });

  it('is never less than what it was given', async () => {
    assert.deepEqual(await patienceOf('0.5', [100]), [100]);
  });
});
