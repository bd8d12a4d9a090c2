// One demo at a time: it has one working copy and one VS Code profile.

import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAlive } from './fileLock.ts';

const ANSWER_MS = 10_000;

/** The process that has the demo open. */
export interface Holder {
  readonly pid: number;
  /** Where the workbench is; undefined while it is being prepared, and with the desktop's VS Code. */
  readonly address?: string;
}

export interface Claim {
  /** Tells others where the workbench is. */
  publish(address: string): Promise<void>;
  release(): Promise<void>;
}

/**
 * Claims the demo for this process.
 * @param file where the claim is kept: an absolute path
 * @returns the claim, or who has it
 */
export async function claimDemo(file: string): Promise<Claim | Holder> {
  await mkdir(dirname(file), { recursive: true });
  const ours = `${file}.${process.pid}`;
  // Written whole before it gets its name. The address lets in whoever has it: it is for this user's eyes only.
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
    return undefined; // It was released just now.
  }
}

/** Returns whether the process is there, and is not another one to which the system has given its id since. */
async function holds({ pid, address }: Holder): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (address === undefined) return true;
  const signal = AbortSignal.timeout(ANSWER_MS);
  const refused = await fetch(address, { signal, redirect: 'manual' }).then(
    () => false,
    () => !signal.aborted, // One that is busy holds it as well.
  );
  return !refused;
}
