/**
 * Two registries on a real cluster whose primary is killed, paused or cut off under load: nothing that was acknowledged
 * is lost, no delivery fails, no fork is signed, and writes go on as soon as the cluster takes them.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BundledCli, bundleCli } from '../../scripts/host/bundledCli.ts';
import { type ServeProcess, startServe } from '../../scripts/host/serveProcess.ts';
import { step } from '../../scripts/testing/heartbeat.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { verifyLog } from '../../src/registry/store/verify.ts';
import { anAdminsKey } from '../faults/admins-key.ts';
import { assertNothingLost, readBack } from '../faults/kept.ts';
import { type Applications, startApplications } from './applications.ts';
import { type Authors, startAuthors } from './authors.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type ElectionWatch, electionWatch } from './election.ts';
import type { Machine } from './network.ts';
import { type Failover, tell, tellSeries } from './report.ts';
import { startWitness } from './witness.ts';

/** How often each fault is tried. */
const COUNT = Number(process.env['PROMPTFORGE_TEST_CLUSTER_COUNT'] ?? 20);
/** The time after the cluster took writes again each registry may do so, in ms. */
const OWN_SHARE = 2000;
const AUTHORS = 2;
/** Acknowledged writes at each registry before each fault. */
const WRITES_BETWEEN = 6;

interface Fault {
  readonly happen: (primary: Machine) => Promise<void>;
  /** Lets the server that was the primary come back. */
  readonly end: (machine: Machine, cluster: Cluster) => Promise<void>;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  killed: {
    happen: primary => primary.signal('SIGKILL'),
    end: async (machine, cluster) => cluster.start(machine),
  },
  paused: {
    happen: primary => primary.signal('SIGSTOP'),
    end: machine => machine.signal('SIGCONT'),
  },
  isolated: {
    happen: primary => primary.isolate(),
    end: machine => machine.reconnect(),
  },
};

describe('two registries on a cluster whose primary', () => {
  let folder: string;
  let cli: BundledCli;
  let cluster: Cluster;
  let elections: ElectionWatch;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'promptforge-cluster-'));
    cli = await bundleCli();
    cluster = await startCluster(folder);
    elections = await electionWatch(cluster);
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    if (process.env['PROMPTFORGE_TEST_CLUSTER_KEEP']) console.log(`Logs and data: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  });

  for (const [what, fault] of Object.entries(FAULTS))
    it(`is ${what} ${COUNT} times, through HAProxy`, () =>
      failOver(what, fault, COUNT, cluster.url(`haproxy_${what}`)));

  it(`is killed, paused and isolated ${Math.ceil(COUNT / 4)} times, by a URL with all hosts`, async () => {
    for (const [what, fault] of Object.entries(FAULTS))
      await failOver(what, fault, Math.ceil(COUNT / 4), cluster.directUrl(`direct_${what}`));
  });

  async function failOver(what: string, fault: Fault, count: number, url: string): Promise<void> {
    await cluster.settled();
    await createDatabase(url);
    const key = await anAdminsKey(openDatabase(url, { environments: defaultEnvironments(0) }));
    const options = ['--registry-key', join(folder, 'registry-key.pem'), '--rate-limit', '0'];
    const start = () => startServe(cli, { kind: 'database', url }, options);
    await using first = await start();
    await using second = await start();
    const load = startLoad([first, second], key);
    const failovers: Failover[] = [];
    try {
      for (let times = 1; times <= count; times++) {
        const primary = await cluster.settled();
        await Promise.all(load.authors.map(each => each.written(WRITES_BETWEEN)));
        const failed = load.failed();
        const began = performance.now();
        const resumed = Promise.all(load.authors.map(each => each.resumed()));
        resumed.catch(() => {});
        await fault.happen(primary);
        const { elected, writable } = await elections.watch(primary);
        const [slowest = 0] = (await resumed).toSorted((a, b) => b - a);
        const failover = { elected, writable, resumed: slowest - began, failed: load.failed() - failed };
        failovers.push(failover);
        tell(what, times, count, failover);
        await fault.end(primary, cluster);
        step(`${what} ${times} of ${count}`);
      }
      await cluster.settled();
      await Promise.all(load.authors.map(each => each.written(WRITES_BETWEEN)));
    } finally {
      // What they have to say counts below, unless something else has failed already.
      await load.stop().catch(() => {});
    }
    const written = await load.stop();
    const kept = await readBack(first.url, key, written);
    const forks = load.witness.forks(kept.events);
    tellSeries(what, failovers, { ...load, forks: forks.length });
    assertNothingLost(kept);
    assert.deepEqual(forks, [], 'forks');
    for (const { outdated } of load.applications) assert.deepEqual(outdated.slice(0, 5), [], 'outdated');
    const store = await openDatabase(url);
    await verifyLog(store).finally(() => store.close());
    assert.deepEqual(
      load.applications.flatMap(({ failed }) => failed.slice(0, 5)),
      [],
      'failed deliveries',
    );
    const late = failovers.filter(({ writable, resumed }) => resumed > writable + OWN_SHARE);
    assert.deepEqual(late, [], 'writes that resumed late');
    for (const each of [first, second]) assert.equal(await each.stop(), 0);
  }

  async function createDatabase(url: string): Promise<void> {
    const { Client } = await import('pg');
    const client = new Client(cluster.url('postgres'));
    await client.connect();
    await client.query(`CREATE DATABASE ${new URL(url.replace(/,[^/]*/, '')).pathname.slice(1)}`);
    await client.end();
  }
});

interface Load {
  readonly authors: readonly Authors[];
  readonly applications: readonly Applications[];
  readonly witness: ReturnType<typeof startWitness>;
  failed(): number;
  stop(): ReturnType<Authors['stop']>;
}

/** Authors and applications of each registry, and a witness of all. */
function startLoad(servers: readonly ServeProcess[], key: string): Load {
  const urls = servers.map(({ url }) => url);
  const applications = urls.map(url => startApplications(url, key));
  const authors = urls.map((url, index) =>
    startAuthors({
      ...{ url, key, count: AUTHORS, folder: `load/${index + 1}` },
      onWritten(prompt, channel, version) {
        for (const [other, each] of applications.entries())
          each.add(prompt, channel, version, other === index);
      },
    }),
  );
  const witness = startWitness(urls, key);
  return {
    authors,
    applications,
    witness,
    failed: () => applications.reduce((sum, { failed }) => sum + failed.length, 0),
    async stop() {
      const written = await Promise.all(authors.map(each => each.stop()));
      await Promise.all([...applications.map(each => each.stop()), witness.stop()]);
      return written.flat();
    },
  };
}
