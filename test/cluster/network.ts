/**
 * A machine of its own for each node of a cluster: a network namespace on one bridge. What runs in it can be killed,
 * paused and cut off as a whole, and nothing of it is seen by anybody else.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Machine {
  readonly name: string;
  readonly address: string;
  /** Starts a program in it, as a user; what it says goes to the file descriptor `output`. */
  start(user: string, command: readonly string[], output: number): void;
  /** Sends a signal to everything that runs in it. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Takes its cable out: nothing comes or goes, and nobody is told. */
  isolate(): Promise<void>;
  reconnect(): Promise<void>;
}

export interface Network extends Disposable {
  /** Of this machine, as the others see it. */
  readonly address: string;
  readonly machines: readonly Machine[];
}

/** @throws {Error} where this user may not make network namespaces */
export async function createNetwork(count: number): Promise<Network> {
  // Interface names have 15 characters at most. Two that run at a time do not meet.
  const prefix = `pf${process.pid}`;
  const subnet = `10.213.${process.pid % 256}`;
  const bridge = `${prefix}b`;
  const names = Array.from({ length: count }, (_, index) => `${prefix}n${index + 1}`);
  const remove = (): void => {
    for (const name of names) {
      for (const pid of pidsIn(name)) killQuietly(pid, 'SIGKILL');
      quietly('ip', ['netns', 'delete', name]);
    }
    quietly('ip', ['link', 'delete', bridge]);
  };
  process.once('exit', remove);
  // Whoever ends this takes it along.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  await run('ip', ['link', 'add', bridge, 'type', 'bridge']);
  await run('ip', ['address', 'add', `${subnet}.1/24`, 'dev', bridge]);
  await run('ip', ['link', 'set', bridge, 'up']);
  const machines: Machine[] = [];
  for (const [index, name] of names.entries())
    machines.push(await createMachine(name, `${subnet}.${index + 11}`, bridge));
  return {
    address: `${subnet}.1`,
    machines,
    [Symbol.dispose]() {
      process.off('exit', remove);
      remove();
    },
  };
}

async function createMachine(name: string, address: string, bridge: string): Promise<Machine> {
  const outside = `${name}o`;
  const inside = (...command: string[]) => run('ip', ['-n', name, ...command]);
  await run('ip', ['netns', 'add', name]);
  await run('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
  await run('ip', ['link', 'set', outside, 'master', bridge, 'up']);
  await inside('address', 'add', `${address}/24`, 'dev', 'eth0');
  await inside('link', 'set', 'eth0', 'up');
  await inside('link', 'set', 'lo', 'up');
  return {
    name,
    address,
    start(user, command, output) {
      const asUser = ['runuser', '-u', user, '--', ...command];
      const child = spawn('ip', ['netns', 'exec', name, ...asUser], {
        // The user may not be able to enter the present one.
        cwd: '/',
        stdio: ['ignore', output, output],
      });
      // Whoever waits for what it does learns of its end.
      child.on('error', () => {});
    },
    async signal(signal) {
      for (const pid of pidsIn(name)) killQuietly(pid, signal);
    },
    isolate: async () => void (await run('ip', ['link', 'set', outside, 'down'])),
    reconnect: async () => void (await run('ip', ['link', 'set', outside, 'up'])),
  };
}

function pidsIn(name: string): number[] {
  try {
    const listed = execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8', stdio: 'pipe' });
    return listed.split('\n').filter(Boolean).map(Number);
  } catch {
    // There is no such namespace any more.
    return [];
  }
}

function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

function quietly(command: string, parameters: readonly string[]): void {
  try {
    execFileSync(command, parameters, { stdio: 'ignore' });
  } catch {
    // It is gone already.
  }
}
