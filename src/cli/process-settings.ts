/** Start options of a serving process that keep its memory small: read once, before any of our code runs. */
import { accessSync, constants } from 'node:fs';

/**
 * Of glibc (mallopt(3)); other C libraries have none of them. By default each thread takes from arenas of its own, and
 * once something large was given back, what is as large is taken from them as well: most of it stays with the process.
 */
export const ALLOCATOR: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

const SEMI_SPACE = '--max-semi-space-size';
/**
 * Of V8: a thread's space for what lives shortly, of which it has two, and for others up to 64 MB each; and by how much
 * its heap grows until what lives longer is collected. V8 lets a small one become four times as large, with texts of a
 * MiB that nobody needs any more. And no guess at what will live long: of objects of one request that were among it,
 * each kept the next from being collected (docs/decisions/requests-die-young.md).
 */
export const ENGINE: readonly string[] = [
  `${SEMI_SPACE}=8`,
  '--heap-growing-percent=100',
  '--no-allocation-site-pretenuring',
];

/** Of the process that was started over, its id: a system may drop the settings, as for programs with capabilities. */
const STARTED_OVER = 'PROMPTFORGE_STARTED_OVER';

/**
 * Starts this process over, in its own place, with those that the operator has not set. Returns where that was done, or
 * cannot be.
 */
export function applySettings(): void {
  const { env, execArgv, execPath, argv, pid } = process;
  if (process.platform !== 'linux' || env[STARTED_OVER] === String(pid)) return;
  // One that talks with whoever started it would lose what it was sent meanwhile.
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
    // It serves all the same, and takes more memory.
  }
}
