/** The number of connections that the system allows this process: each is an open file. */
import { readFileSync } from 'node:fs';
import { FORWARDED_AT_ONCE } from './limits.ts';
import { wholeOf } from './shared-limits.ts';

/** Open files for the database, the log, and anything else. */
const OTHERS = 128;

/**
 * @param wanted the number of connections of all workers together
 * @param workers 0 if one thread does everything
 * @returns at most `wanted`, and at least one
 */
export function affordableConnections(wanted: number, workers: number, limit = openFileLimit()): number {
  // A request forwarded to the main thread takes both ends of a socket.
  const filesEach = workers > 0 ? 1 + 2 * FORWARDED_AT_ONCE : 1;
  const ofEach = Math.floor(Math.max(0, limit - OTHERS) / filesEach / Math.max(1, workers));
  return Math.max(1, Math.min(wanted, wholeOf(ofEach, workers)));
}

/** Infinity if the system does not report it, or has none. */
function openFileLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    // Only Linux has this file.
    return Number.POSITIVE_INFINITY;
  }
}
