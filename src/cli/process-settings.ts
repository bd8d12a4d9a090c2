/** Start options of a serving process that keep its memory small: read once, before any of our code runs. */
import { accessSync, constants } from 'node:fs';

/**
 * Settings of glibc (mallopt(3)); other C libraries ignore them. By default each thread has its own arenas, and once a
 * large block was freed, blocks of that size come from them too, and most of that memory is never returned to the
 * system.
 */
export const ALLOCATOR: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

const SEMI_SPACE = '--max-semi-space-size';
/**
 * Settings of V8: the size of a thread's space for short-lived objects, of which it has two, and up to 64 MB each
 * otherwise; and how much the heap may grow before long-lived objects are collected. V8 lets a small heap grow
 * fourfold, with texts of a MiB that are garbage. Pretenuring is off: it would keep objects of one request alive with
 * those of the next (docs/decisions/requests-die-young.md).
 */
export const ENGINE: readonly string[] = [
  `${SEMI_SPACE}=8`,
  '--heap-growing-percent=100',
  '--no-allocation-site-pretenuring',
];

/**
 * The variable with the ID of the restarted process: a system may drop the settings, for example for programs with
 * capabilities.
 */
const STARTED_OVER = 'PROMPTFORGE_STARTED_OVER';

/** Restarts this process with the settings that the operator has not set. Returns if that was already done, or is not possible. */
export function applySettings(): void {
  const { env, execArgv, execPath, argv, pid } = process;
  if (process.platform !== 'linux' || env[STARTED_OVER] === String(pid)) return;
  // A process with an IPC channel would lose messages meanwhile.
  if (process.execve === undefined || process.send !== undefined) return;
  const isSet = [...execArgv, env['NODE_OPTIONS'] ?? ''].some(option => option.includes(SEMI_SPACE));
  if (isSet && Object.keys(ALLOCATOR).every(name => name in env)) return;
  try {
    // Throws if the executable cannot be started.
    accessSync(execPath, constants.X_OK);
    const options = isSet ? execArgv : [...ENGINE, ...execArgv];
    process.execve(execPath, [execPath, ...options, ...argv.slice(1)], {
      ...ALLOCATOR,
      ...(env as Record<string, string>),
      [STARTED_OVER]: String(pid),
    });
  } catch {
    // Without the settings, the process serves all the same, but uses more memory.
  }
}
