/** Detects by its log folder that a window's extension host has started. */
import { glob } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;

/** The number of hosts that have started: each has a folder below `logs` as soon as one of its extensions runs. */
export async function startedHosts(logs: string): Promise<number> {
  return (await Array.fromAsync(glob('*/exthost*', { cwd: logs }))).length;
}

/** Waits until more than `before` hosts have started, or `signal` aborts. */
export async function hostStarted(logs: string, before: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await startedHosts(logs)) <= before) await delay(POLL_MS);
}
