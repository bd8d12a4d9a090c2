// Puts something large into a folder exactly once, whoever asks and however often: two processes that ask at the
// same time make one install, and one that was interrupted leaves nothing that looks like a finished one.

import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 500;
const PATIENCE_MS = 10 * 60_000;

/**
 * Makes sure that `folder` exists with what `install` puts there. `install` works in a folder beside it that
 * takes the final name only when `install` has succeeded.
 * @param say is told when another process is already at it
 * @throws {Error} what `install` throws, or when another process holds the lock for more than ten minutes
 */
export async function installOnce(
  folder: string,
  install: (unfinished: string) => Promise<void>,
  say: (message: string) => void,
): Promise<void> {
  if (await exists(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const lock = `${folder}.lock`;
  const deadline = Date.now() + PATIENCE_MS;
  let waiting = false;
  while (!(await takeLock(lock))) {
    if (!waiting) say(`Another process is installing ${folder}; waiting for it …`);
    waiting = true;
    if (Date.now() > deadline)
      throw new Error(`${lock} has been held for ten minutes: remove it and try again.`);
    await delay(POLL_MS);
  }
  try {
    if (await exists(folder)) return;
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    await install(unfinished);
    await rename(unfinished, folder);
  } finally {
    await rm(lock, { force: true });
  }
}

/** Takes the lock unless a living process has it. The file holds the owner's process id. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  // A lock without a process id is one being written just now, unless it has been so for a while.
  const abandoned = owner > 0 ? !isAlive(owner) : await isOlderThan(lock, 10_000);
  if (abandoned) await rm(lock, { force: true });
  return false;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM'); // It lives, and is somebody else's.
  }
}

async function isOlderThan(file: string, milliseconds: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > milliseconds;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
