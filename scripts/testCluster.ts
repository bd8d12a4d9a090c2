// `npm run test:cluster`: tests two registries on a PostgreSQL cluster with failover (Patroni, etcd, HAProxy), and
// kills, pauses and isolates its primary under load. Requires Linux and root, and takes about three quarters of an
// hour.
//
//   npm run test:cluster                       each fault 20 times, and 5 times with a URL that lists all hosts
//   npm run test:cluster -- --count 2          each fault twice at most
//   npm run test:cluster -- --grep isolated    only the tests whose titles match
//   npm run test:cluster -- --keep             keeps logs and data, and prints where they are

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
  // The tests get the same signal, and end their cluster.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
}
