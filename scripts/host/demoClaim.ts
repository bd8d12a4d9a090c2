// Makes sure that only one process has the demo open, because it has one working copy and one VS Code profile.

import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAlive } from './fileLock.ts';

const ANSWER_MS = 10_000;

/** The process that has the demo open. */
export interface Holder {
  readonly pid: number;
  /** The workbench's address; undefined while the demo is being prepared, and for VS Code on the desktop. */
  readonly address?: string;
}

export interface Claim {
  /** Publishes the workbench's address to other processes. */
  publish(address: string): Promise<void>;
  release(): Promise<void>;
}

/**
 * Claims the demo for this process.
 * @param file stores the claim: an absolute path
 * @returns the claim, or the process that holds it
 */
export async function claimDemo(file: string): Promise<Claim | Holder> {
  await mkdir(dirname(file), { recursive: true });
  const ours = `${file}.${process.pid}`;
  // Written to another file first, so that nobody reads half of it. Only this user may read it, because the address
  // grants access.
  const write = (holder: Holder): Promise<void> => writeFile(ours, JSON.stringify(holder), { mode: 0o600 });
  await write({ pid: process.pid });
  try {
    for (;;) {
      try {
        await link(ours, file);
        break;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      const holder = await readHolder(file);
      if (holder !== undefined && (await holds(holder))) return holder;
      await rm(file, { force: true });
    }
  } finally {
    await rm(ours, { force: true });
  }
  return {
    async publish(address) {
      await write({ pid: process.pid, address });
      await rename(ours, file);
    },
    async release() {
      if ((await readHolder(file))?.pid === process.pid) await rm(file, { force: true });
    },
  };
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined; // It was just released.
  }
}

/** Returns whether the process is running, and is not another one that has been given the same id. */
async function holds({ pid, address }: Holder): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (address === undefined) return true;
  const signal = AbortSignal.timeout(ANSWER_MS);
  const refused = await fetch(address, { signal, redirect: 'manual' }).then(
    () => false,
    () => !signal.aborted, // A busy server does not answer in time, but still holds the claim.
  );
  return !refused;
}
