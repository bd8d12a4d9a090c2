/** Waiting for what happens by itself and announces itself by no event. */
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from '../scripts/host/patience.ts';

/** On the reference machine; whatever is waited for takes a small part of it. */
const PATIENCE_MS = 60_000;
const POLL_MS = 25;

/**
 * Asks again and again until `found` gives something other than undefined or false.
 * @throws {Error} that names `what` when it never comes
 */
export async function eventually<T>(
  what: string,
  found: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + patience(PATIENCE_MS);
  for (;;) {
    const value = await found();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await sleep(POLL_MS);
  }
}
