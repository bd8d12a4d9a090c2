/** The real command as a child process, as a shell runs it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { patience } from '../../scripts/host/patience.ts';

/** `PROMPTFORGE_MAIN` runs the same tests on what ships: `dist/cli.js`. */
export const MAIN = process.env['PROMPTFORGE_MAIN'] ?? join(import.meta.dirname, '../../src/cli/main.ts');
/** What hangs must not outlive its test by much. */
const TIMEOUT_MS = patience(5 * 60_000);

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Held to the rights of files, as every user but root is. */
  readonly heldToFileRights?: true;
}

/** Runs what follows as root without root's right to read and write every file (capabilities(7)). */
const WITHOUT_ROOTS_RIGHTS = [
  'setpriv',
  '--inh-caps=-dac_override,-dac_read_search',
  '--bounding-set=-dac_override,-dac_read_search',
];

/** Returns whether a command can be held to the rights of files here. */
export async function canHoldToFileRights(): Promise<boolean> {
  if (process.platform === 'win32') return false;
  if (process.getuid?.() !== 0) return true;
  const [command = '', ...args] = [...WITHOUT_ROOTS_RIGHTS, 'true'];
  const child = spawn(command, args, { stdio: 'ignore' });
  return new Promise(resolve => {
    child.once('error', () => resolve(false)).once('exit', code => resolve(code === 0));
  });
}

export async function promptforge(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Outcome> {
  const child = start(args, surroundings);
  child.stdin.on('error', () => {}); // a command that refuses does not read
  child.stdin.end(surroundings.stdin ?? '');
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await closed;
  return { code, stdout, stderr };
}

/** Starts the command; whoever starts it ends it. It is killed after some minutes at the latest. */
export function start(
  args: readonly string[],
  { cwd, env, heldToFileRights }: Surroundings = {},
): ChildProcessWithoutNullStreams {
  const prefix = heldToFileRights && process.getuid?.() === 0 ? WITHOUT_ROOTS_RIGHTS : [];
  const [command = '', ...all] = [...prefix, process.execPath, MAIN, ...args];
  return spawn(command, all, {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
}
