/** Distributes the ranges of a log over two threads: each takes the next free one, and neither gets far ahead. */
import type { DatabaseSync } from 'node:sqlite';
import type { RangeChecks } from '../store/sqlite/event-range.ts';

/** Events in a range. */
export const RANGE = 500;

/** The maximum number of checked ranges that wait to be followed, which limits their memory. */
const AHEAD = 16;

export interface RangeOrder {
  /** An SQLite database. */
  readonly file: string;
  readonly checks: RangeChecks;
  /** Ranges to check. */
  readonly ranges: number;
  /** Shared counters: ranges taken, and ranges followed. */
  readonly counts: Int32Array;
}

/** A thread's result for a range; without events if it does not fit. */
export interface FoundRange {
  readonly index: number;
  readonly previousHash?: string;
  readonly hash?: string;
  /** JSON of the list, because copying many lists to a thread takes twice as long. */
  readonly events?: string;
}

const TAKEN = 0;
const FOLLOWED = 1;
export const COUNTS = 2;

/** @returns the next range; undefined if there is none, or it is too far ahead */
export function takeRange(counts: Int32Array, ranges: number): number | undefined {
  for (;;) {
    const next = Atomics.load(counts, TAKEN);
    if (next >= ranges || next >= Atomics.load(counts, FOLLOWED) + AHEAD) return undefined;
    if (Atomics.compareExchange(counts, TAKEN, next, next + 1) === next) return next;
  }
}

/** The number of ranges that were taken. */
export function rangesTaken(counts: Int32Array): number {
  return Atomics.load(counts, TAKEN);
}

/** Wakes threads that wait for it. */
export function tellFollowed(counts: Int32Array, followed: number): void {
  Atomics.store(counts, FOLLOWED, followed);
  Atomics.notify(counts, FOLLOWED);
}

/** Blocks the thread until a range was followed. */
export function waitUntilFollowed(counts: Int32Array): void {
  Atomics.wait(counts, FOLLOWED, Atomics.load(counts, FOLLOWED), WAIT);
}

/** In ms, in case a range was followed just before the wait. */
const WAIT = 5;

/** In ms; readers seldom meet a lock. */
const BUSY_TIMEOUT = 5000;
/** In KiB. Small, so that it stays in the processor's cache: each page is read only once. */
const PAGE_CACHE = 256;

export function setUpReader(database: DatabaseSync): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA cache_size = -${PAGE_CACHE}`);
}
