// `npm run test:cluster`: two registries on a PostgreSQL cluster that really fails over (Patroni, etcd, HAProxy), whose
// primary is killed, paused and isolated under load. It needs Linux, root and about three quarters of an hour.
//
//   npm run test:cluster                       each fault 20 times, and 5 times by a URL with all hosts
//   npm run test:cluster -- --count 2          fewer
//   npm run test:cluster -- --grep isolated    only the tests whose names have this
//   npm run test:cluster -- --keep             leaves logs and data, and says where

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { provideCluster } from './host/systemPackages.ts';
import { ROOT } from './projectRoot.ts';
import { measureMachineSpeed } from './testing/machineSpeed.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    grep: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

const why = await whyNot();
if (why !== undefined) {
  console.error(why);
  process.exitCode = 1;
} else await test();

async function whyNot(): Promise<string | undefined> {
  if (!/^[1-9]\d{0,3}$/.test(values.count)) return '--count takes a number from 1 to 9999.';
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'The cluster has a network of its own for each server, which needs Linux and root. Run: sudo npm run test:cluster';
  return undefined;
}

async function test(): Promise<void> {
  const binaries = await provideCluster(message => console.log(message));
  const speed = measureMachineSpeed();
  console.log(
    `Each fault ${values.count} times; time limits are ${speed.factor.toFixed(1)} times those of the reference.`,
  );
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const chosen = values.grep === undefined ? [] : ['--grep', values.grep];
  const child = spawn(process.execPath, [mocha, ...chosen, 'test/cluster/**/*.test.ts'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      PROMPTFORGE_TEST_PATIENCE: speed.factor.toFixed(2),
      PROMPTFORGE_TEST_CLUSTER_COUNT: values.count,
      PROMPTFORGE_TEST_CLUSTER_POSTGRES: binaries,
      ...(values.keep && { PROMPTFORGE_TEST_CLUSTER_KEEP: '1' }),
    },
  });
  // The tests end by the same signal of the terminal, and take their cluster with them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
}
