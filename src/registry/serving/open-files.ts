/** How many connections the system lets this process have: each is an open file. */
import { readFileSync } from 'node:fs';

/** For the database, the log, and what else is open. */
const OTHERS = 128;

/**
 * @param filesEach open files that a connection may take
 * @returns at most `wanted`, and at least one
 */
export function affordableConnections(wanted: number, filesEach = 1, limit = openFileLimit()): number {
  return Math.max(1, Math.min(wanted, Math.floor((limit - OTHERS) / filesEach)));
}

/** Infinity where the system does not tell it, or has none. */
function openFileLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    // Only Linux has this file.
    return Number.POSITIVE_INFINITY;
  }
}
