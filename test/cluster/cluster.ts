/** Three PostgreSQL servers under Patroni, with etcd and HAProxy before them, replicating synchronously: as a company runs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { createNetwork, type Machine, type Network } from './network.ts';

const ETCD_PORT = 2379;
const ETCD_PEER_PORT = 2380;
const REST_PORT = 8008;
const PRIMARY_PORT = 5000;
const POSTGRES_PORT = 5432;

export interface Member {
  readonly name: string;
  readonly role: 'leader' | 'sync_standby' | 'replica' | string;
  readonly state: string;
  readonly timeline?: number;
}

export interface Cluster extends AsyncDisposable {
  readonly network: Network;
  /** The URL of a database through HAProxy, which leads to the primary. */
  url(database: string): string;
  /** The same without HAProxy: every server, in the URL. */
  directUrl(database: string): string;
  /** Of one server only. */
  urlOf(machine: Machine, database: string): string;
  /** Resolves when there are a primary, a synchronous standby and another one, all streaming; with the primary. */
  settled(): Promise<Machine>;
  members(): Promise<readonly Member[]>;
  /** Starts Patroni there, and with it PostgreSQL. */
  start(machine: Machine): void;
}

/** @param folder for data, configuration and logs; the user `postgres` must be able to reach it */
export async function startCluster(folder: string): Promise<Cluster> {
  await using started = new AsyncDisposableStack();
  await chmod(folder, 0o755);
  const network = started.use(await createNetwork(3));
  const { machines, address } = network;
  const { uid, gid } = await postgresUser();
  const host = started.use(hostPrograms(folder));
  host.start('etcd', etcdArguments(folder, address));
  await writeFile(join(folder, 'haproxy.cfg'), haproxyConfiguration(network));
  host.start('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')]);
  for (const machine of machines) {
    const home = join(folder, machine.name);
    await mkdir(home);
    await writeFile(join(home, 'patroni.yml'), patroniConfiguration(home, machine, network));
    await chown(home, uid, gid);
  }
  const hostsOf = (list: readonly Machine[]) =>
    list.map(each => `${each.address}:${POSTGRES_PORT}`).join(',');
  const cluster: Cluster = {
    network,
    url: database => `postgres://postgres@${address}:${PRIMARY_PORT}/${database}`,
    directUrl: database =>
      `postgres://postgres@${hostsOf(machines)}/${database}?target_session_attrs=read-write`,
    urlOf: (machine, database) => `postgres://postgres@${hostsOf([machine])}/${database}`,
    members: () => membersSeenBy(machines),
    settled: () =>
      eventually('a cluster with all its members', async () => {
        const members = await membersSeenBy(machines);
        const roles = members.map(({ role }) => role).sort();
        const isWhole = roles.join() === 'leader,replica,sync_standby';
        const timelines = new Set(members.map(({ timeline }) => timeline));
        const isUp = members.every(({ state }) => ['running', 'streaming'].includes(state));
        if (!isWhole || !isUp || timelines.size !== 1) return undefined;
        const leader = members.find(({ role }) => role === 'leader');
        return machines.find(({ name }) => name === leader?.name);
      }),
    start(machine) {
      const home = join(folder, machine.name);
      const log = openSync(join(home, 'patroni.log'), 'a');
      machine.start('postgres', ['patroni', join(home, 'patroni.yml')], log);
      closeSync(log);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  const [first, ...others] = machines;
  if (first === undefined) throw new Error('There is no machine.');
  // The first makes the database; the others copy it.
  cluster.start(first);
  await eventually('a primary', async () =>
    (await membersSeenBy(machines)).some(({ role, state }) => role === 'leader' && state === 'running'),
  );
  for (const other of others) cluster.start(other);
  await cluster.settled();
  const owned = started.move();
  return cluster;
}

/** As Patroni has it: asked of whichever answers first with a leader among them. */
async function membersSeenBy(machines: readonly Machine[]): Promise<readonly Member[]> {
  for (const { address } of machines) {
    try {
      const signal = AbortSignal.timeout(1000);
      const response = await fetch(`http://${address}:${REST_PORT}/cluster`, { signal });
      const { members } = (await response.json()) as { members: Member[] };
      if (members.some(({ role }) => role === 'leader')) return members;
    } catch {
      // It is down, or cut off: another one knows.
    }
  }
  return [];
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  const [, , uid, gid] = lines.find(line => line.startsWith('postgres:'))?.split(':') ?? [];
  if (uid === undefined) throw new Error(`There is no user "postgres" here, only ${userInfo().username}.`);
  return { uid: Number(uid), gid: Number(gid) };
}

interface HostPrograms extends AsyncDisposable {
  start(name: string, parameters: readonly string[]): void;
}

/** What runs beside the machines, on this one. */
function hostPrograms(folder: string): HostPrograms {
  const running: ChildProcess[] = [];
  const kill = () => {
    for (const child of running) child.kill('SIGKILL');
  };
  process.once('exit', kill);
  return {
    start(name, parameters) {
      const log = openSync(join(folder, `${name}.log`), 'a');
      running.push(spawn(name, parameters, { stdio: ['ignore', log, log] }));
      closeSync(log);
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      const ended = running.map(child => new Promise(resolve => child.once('exit', resolve)));
      const alive = running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      kill();
      if (alive.length === running.length) await Promise.all(ended);
    },
  };
}

function etcdArguments(folder: string, address: string): string[] {
  const client = `http://${address}:${ETCD_PORT}`;
  const peer = `http://${address}:${ETCD_PEER_PORT}`;
  return [
    ...['--name', 'etcd', '--data-dir', join(folder, 'etcd'), '--log-level', 'warn', '--enable-v2'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    ...['--initial-cluster', `etcd=${peer}`],
  ];
}

function haproxyConfiguration({ machines, address }: Network): string {
  const servers = machines.map(
    each => `  server ${each.name} ${each.address}:${POSTGRES_PORT} check port ${REST_PORT}`,
  );
  return `
defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
  timeout check 500ms
listen primary
  bind ${address}:${PRIMARY_PORT}
  option httpchk GET /primary
  http-check expect status 200
  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
`;
}

/** JSON is YAML; `off` is a text here, and would be false without quotes. */
function patroniConfiguration(home: string, machine: Machine, { address: host }: Network): string {
  const { name, address } = machine;
  const anywhere = `${host.replace(/\.\d+$/, '.0')}/24`;
  const local = ['127.0.0.1/32', anywhere];
  return JSON.stringify({
    scope: 'promptforge',
    name,
    restapi: { listen: `${address}:${REST_PORT}`, connect_address: `${address}:${REST_PORT}` },
    // Not etcd3: with Patroni 3.0.2 a leader that was paused takes the lock back there from whom it went to.
    etcd: { hosts: [`${host}:${ETCD_PORT}`], protocol: 'http' },
    bootstrap: {
      dcs: {
        ttl: 6,
        loop_wait: 1,
        retry_timeout: 2,
        synchronous_mode: true,
        synchronous_mode_strict: true,
        postgresql: { use_pg_rewind: true },
      },
      initdb: [{ encoding: 'UTF8' }, 'data-checksums'],
      pg_hba: local.flatMap(from => [`host replication all ${from} trust`, `host all all ${from} trust`]),
    },
    postgresql: {
      listen: `${address}:${POSTGRES_PORT}`,
      connect_address: `${address}:${POSTGRES_PORT}`,
      data_dir: join(home, 'data'),
      bin_dir: process.env['PROMPTFORGE_TEST_CLUSTER_POSTGRES'],
      authentication: {
        superuser: { username: 'postgres' },
        replication: { username: 'replicator' },
        rewind: { username: 'postgres' },
      },
      parameters: {
        unix_socket_directories: home,
        shared_buffers: '32MB',
        max_connections: 100,
        // By default a standby looks for its new primary every 5 s, and until then no write is synchronous.
        wal_retrieve_retry_interval: '500ms',
      },
    },
    watchdog: { mode: 'off' },
  });
}
