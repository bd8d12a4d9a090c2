// Lets one process at a time do something, whoever asks and however long it takes: the lock is a file with the
// process id of its owner, who touches it as long as it lives.

import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 500;
const TOUCH_MS = 2_000;
/** An owner that has not touched its lock for so long is gone, even if another process has its id now. */
const ABANDONED_MS = 3 * 60_000;

/**
 * Does the work as soon as no other process does it.
 * @param lock the lock's file: an absolute path
 * @param onWait is called once when another process is at it
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
    utimes(lock, now, now).catch(() => undefined); // It was taken for abandoned: the work goes on all the same.
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await rm(lock, { force: true });
  }
}

/** Returns whether a process of this id lives. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM'); // It lives, and is somebody else's.
  }
}

/** Takes the lock unless a living process has it. */
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
  // A lock without a process id is one being written just now.
  if ((owner > 0 && !isAlive(owner)) || untouched > ABANDONED_MS) await rm(lock, { force: true });
  return false;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
