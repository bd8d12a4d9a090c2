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
  /** As which user of the machine. */
  readonly uid?: number;
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
  { cwd, env, uid }: Surroundings = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [MAIN, ...args], {
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid }),
    // Another user may not write where coverage is gathered.
    env: { ...process.env, ...(uid !== undefined && { NODE_V8_COVERAGE: '' }), ...env },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
}
