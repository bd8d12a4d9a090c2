/** A registry as a team runs it: `promptforge serve` as a process of its own, on a data folder of its own. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../../../scripts/host/freePort.ts';
import { endGroup, spawnGroup } from '../../../scripts/host/processGroup.ts';
import { runCommand } from '../../../scripts/host/runCommand.ts';
import { packedCommand } from './packed.ts';

const START_TIMEOUT_MS = 30_000;

export interface ServedRegistry {
  /** `http://127.0.0.1:port`; the same after a restart. */
  readonly url: string;
  /** The data folder: an absolute path. */
  readonly data: string;
  /** Everything it has logged. */
  log(): string;
  /** Makes a key, as the admin does, and gives the whole credential. */
  createKey(environment: string, role: string, actor: string): Promise<string>;
  /** As when the machine loses power: no request is finished. */
  kill(): Promise<void>;
  /** On the same data folder and port. */
  start(): Promise<void>;
  /** Asks it to stop, as an operator would. */
  stop(): Promise<void>;
}

/** Starts a registry in which promotions need no approval by others. */
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

  const port = await freePort();
  let log = '';
  let child: ReturnType<typeof spawnGroup> | undefined;
  const start = async (): Promise<void> => {
    const started = spawnGroup(process.execPath, [command, 'serve', '--port', String(port), '--data', data], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    const listening = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`serve said nothing:\n${log}`)), START_TIMEOUT_MS);
      started.on('exit', code => reject(new Error(`serve ended with ${code}:\n${log}`)));
      for (const stream of [started.stdout!, started.stderr!])
        createInterface(stream).on('line', line => {
          log += `${line}\n`;
          if (!line.includes('"listening"')) return;
          clearTimeout(timer);
          resolve();
        });
    });
    await listening;
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
    async stop() {
      if (child !== undefined) await endGroup(child);
    },
  };
}
