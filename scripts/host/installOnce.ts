// Puts something large into a folder exactly once, whoever asks and however often: two processes that ask at the
// same time make one install, and one that was interrupted leaves nothing that looks like a finished one.

import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { withFileLock } from './fileLock.ts';

/**
 * Makes sure that `folder` exists with what `install` puts there. `install` works in a folder beside it that
 * takes the final name only when `install` has succeeded.
 * @param say is told when another process is already at it
 * @throws {Error} what `install` throws
 */
export async function installOnce(
  folder: string,
  install: (unfinished: string) => Promise<void>,
  say: (message: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (await exists(folder)) return;
  const lock = `${folder}.lock`;
  const onWait = (): void =>
    say(`Another process is installing ${folder} (its lock is ${lock}); waiting for it …`);
  await withFileLock(
    lock,
    onWait,
    async () => {
      if (await exists(folder)) return;
      const unfinished = `${folder}.unfinished`;
      await rm(unfinished, { recursive: true, force: true });
      await mkdir(unfinished);
      await install(unfinished);
      await rename(unfinished, folder);
    },
    signal,
  );
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
