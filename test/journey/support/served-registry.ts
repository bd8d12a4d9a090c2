/** A registry as a team runs it: `promptforge serve` in a separate process, with its own data folder. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../scripts/host/freePort.ts';
import { patience } from '../../../scripts/host/patience.ts';
import { endGroup, spawnGroup } from '../../../scripts/host/processGroup.ts';
import { runCommand } from '../../../scripts/host/runCommand.ts';
import { packedCommand } from './packed.ts';

const START_TIMEOUT_MS = patience(120_000);

/** Disposing it stops the server, as an operator would. */
export interface ServedRegistry extends AsyncDisposable {
  /** `http://127.0.0.1:port`; the same after a restart. */
  readonly url: string;
  /** The data folder: an absolute path. */
  readonly data: string;
  /** Everything that the server has logged. */
  log(): string;
  /** Creates a key with `promptforge keys create`, and returns it. */
  createKey(environment: string, role: string, actor: string): Promise<string>;
  /** Kills the process, so that it finishes no request. */
  kill(): Promise<void>;
  /** Starts the server again, with the same data folder and port. */
  start(): Promise<void>;
  /** Suspends the process until `goOn`: it still gets connections, but answers nothing. */
  hang(): void;
  goOn(): void;
}

/** Windows store keys and log positions by the registry's URL, so no two registries may share a port. */
const usedPorts = new Set<number>();

/** Starts a registry whose environment `production` needs no approvals. */
export async function serveRegistry(data: string): Promise<ServedRegistry> {
  const command = await packedCommand();
  const promptforge = (...args: string[]) => runCommand(process.execPath, [command, ...args, '--data', data]);
  const createKey = async (environment: string, role: string, actor: string): Promise<string> => {
    const made = await promptforge(
      ...['keys', 'create', '--json'],
      ...['--environment', environment, '--role', role, '--actor', actor],
    );
    return JSON.parse(made).key;
  };
  await createKey('development', 'admin', 'operator');
  await promptforge('environments', 'set', 'production', '--approvals', '0');

  const port = await unusedPort();
  let log = '';
  let child: ReturnType<typeof spawnGroup> | undefined;
  const serve = async (): Promise<void> => {
    const started = spawnGroup(process.execPath, [command, 'serve', '--port', String(port), '--data', data], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const fail = (how: string) => reject(new Error(`serve ${how}:\n${said.join('\n')}`));
      const timer = setTimeout(() => fail('did not listen'), START_TIMEOUT_MS);
      // `close` rather than `exit`, because all output has been read by then.
      started.on('close', code => {
        clearTimeout(timer);
        fail(`ended with ${code}`);
      });
      for (const stream of [started.stdout!, started.stderr!])
        createInterface(stream).on('line', line => {
          said.push(line);
          log += `${line}\n`;
          if (!line.includes('"listening"')) return;
          clearTimeout(timer);
          resolve();
        });
    });
  };
  const start = async (): Promise<void> => {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      try {
        return await serve();
      } catch (error) {
        // Another program's connection may use the port for a moment.
        if (!String(error).includes('the port is in use') || Date.now() > deadline) throw error;
        await delay(200);
      }
    }
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    data,
    log: () => log,
    createKey,
    start,
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    hang: () => void child?.kill('SIGSTOP'),
    goOn: () => void child?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      child?.kill('SIGCONT'); // A suspended process cannot end.
      if (child !== undefined) await endGroup(child);
    },
  };
}

async function unusedPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (usedPorts.has(port)) continue;
    usedPorts.add(port);
    return port;
  }
}
