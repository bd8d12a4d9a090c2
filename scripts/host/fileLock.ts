// Lets only one process at a time do some work: the lock is a file with the process id of its owner, which updates the
// file's time as long as it runs.

import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 500;
const TOUCH_MS = 2_000;
/** After this time without an update the owner is gone, even if another process now has its id. */
const ABANDONED_MS = 3 * 60_000;

/**
 * Does `work` once no other process holds the lock.
 * @param lock the lock's file: an absolute path
 * @param onWait called once if another process holds the lock
 */
export async function withFileLock<T>(
  lock: string,
  onWait: () => void,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  await mkdir(dirname(lock), { recursive: true });
  for (let waiting = false; !(await take(lock)); waiting = true) {
    if (!waiting) onWait();
    await delay(POLL_MS, undefined, { signal });
  }
  const timer = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined); // Another process removed the lock as abandoned. The work continues anyway.
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await rm(lock, { force: true });
  }
}

/** Returns whether a process with this id is running. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM'); // It is running, but belongs to another user.
  }
}

/** Tries to take the lock. Removes it if its owner is gone, so that the next call can take it. */
async function take(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  const untouched = Date.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now());
  // A lock without a process id is just being written.
  if ((owner > 0 && !isAlive(owner)) || untouched > ABANDONED_MS) await rm(lock, { force: true });
  return false;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
