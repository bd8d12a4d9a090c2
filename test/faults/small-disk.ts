/** A file system of its own with little room, to be filled to its last byte. */
import { execFile } from 'node:child_process';
import { appendFile, chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../temporary-folder.ts';

export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted; everybody may write there. */
  readonly path: string;
  /** Leaves no room. What others free meanwhile is taken at the next call. */
  fill(): Promise<void>;
  /** Gives back what `fill` took. */
  free(): Promise<void>;
}

const run = promisify(execFile);
const CHUNK = Buffer.alloc(64 * 1024);

/** @returns undefined where this user may not mount one: only root may, and not in every container */
export async function smallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await temporaryFolder();
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder.path]).then(
    () => true,
    () => false,
  );
  if (!mounted) {
    await folder[Symbol.asyncDispose]();
    return undefined;
  }
  await chmod(folder.path, 0o777);
  const filler = join(folder.path, 'filler');
  return {
    path: folder.path,
    async fill() {
      for (let chunk = CHUNK; chunk.length > 0; ) {
        try {
          await appendFile(filler, chunk);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          chunk = chunk.subarray(0, chunk.length / 2);
        }
      }
    },
    free: () => rm(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}
