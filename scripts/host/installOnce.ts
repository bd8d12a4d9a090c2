// Installs something large into a folder exactly once: concurrent processes share one installation, and an interrupted
// one never looks complete.

import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { withFileLock } from './fileLock.ts';

/**
 * Makes sure that `folder` exists. Otherwise calls `install` with a temporary folder next to it, and renames that
 * folder once `install` has succeeded.
 * @param say called if another process is already installing it
 * @throws {Error} errors of `install`
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
