/**
 * The expensive part of a verification (hashes of events, MACs, and versions with their sources) is done range by range
 * if the database is a SQLite file, and for a long log by two threads. A range that matches is done; any other is read
 * by the verification itself, which reports the error.
 */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as others } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Digest } from '../../core/digest.ts';
import type { CheckedRange, RangeChecker } from '../store/checked-range.ts';
import { type RangeChecks, rangeChecker } from '../store/sqlite/event-range.ts';
import {
  COUNTS,
  type FoundRange,
  RANGE,
  type RangeOrder,
  rangesTaken,
  setUpReader,
  takeRange,
  tellFollowed,
} from './range-work.ts';

export interface Ranges {
  /**
   * Up to RANGE events after this one, if they match. Must be called in the order of the log.
   * @returns undefined if they do not match, or it is unknown
   */
  after(seq: number): Promise<CheckedRange | undefined>;
  close(): Promise<void>;
}

/** Used if the database is not a SQLite file. */
export const NO_RANGES: Ranges = { after: async () => undefined, close: async () => {} };

export interface RangesOptions {
  /** An SQLite database. */
  readonly file: string;
  readonly macs: RangeChecks['macs'];
  /** The seq of the newest event. Later ones are not checked here. */
  readonly newest: number;
}

/** Checks ranges in this thread only. */
export function rangesOf({ file, macs, newest }: RangesOptions): Ranges {
  const checker = openChecker(file, checksOf(macs));
  return {
    after: async seq => (seq < newest ? checker.check(seq, Math.min(seq + RANGE, newest)) : undefined),
    close: async () => checker.close(),
  };
}

/** A thread that waits for a log. Its starter must dispose of it. */
export interface RangesThread extends AsyncDisposable {
  readonly worker: Worker;
}

/**
 * The thread does not keep the process alive.
 * @param module what the thread runs; set by benchmarks of the built code
 */
export function startRangesThread(module: URL = threadModule()): RangesThread {
  const worker = new Worker(module, {
    execArgv: [...process.execArgv, '--disable-warning=ExperimentalWarning'],
  });
  worker.unref();
  // If the thread cannot start, its users continue without it.
  worker.on('error', () => {});
  return {
    worker,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

/**
 * Starts a thread before a database is opened for verification: starting it takes as long as opening the database, or
 * checking some 3000 events.
 * @param file an SQLite database
 * @returns undefined if it is too small to need one, or cannot be read
 */
export function startRangesThreadFor(file: string): RangesThread | undefined {
  try {
    return statSync(file).size < LARGE ? undefined : startRangesThread();
  } catch {
    // Opening the database reports why it cannot be read.
    return undefined;
  }
}

/** In bytes; no log with fewer than about 5000 events has this size. */
const LARGE = 4 * 1024 * 1024;

/** @param given an unused thread; default: a new one */
export function rangesOfTwoThreads(options: RangesOptions, given?: RangesThread): Ranges {
  const thread = given ?? startRangesThread();
  const { file, macs, newest } = options;
  const { worker } = thread;
  const checks = checksOf(macs);
  const ranges = Math.floor(newest / RANGE);
  const counts = new Int32Array(new SharedArrayBuffer(COUNTS * Int32Array.BYTES_PER_ELEMENT));
  const checker = openChecker(file, checks);
  /** Checked ranges that were not followed yet; undefined for one that does not match. */
  const found = new Map<number, CheckedRange | undefined>();
  // A thread that has ended gets no messages.
  let hasEnded = worker.threadId < 0;
  let wake = () => {};

  const end = () => {
    hasEnded = true;
    wake();
  };
  worker.on('message', (one: FoundRange) => {
    found.set(one.index, rangeFrom(one));
    wake();
  });
  worker.on('error', end);
  worker.on('exit', end);
  worker.ref();
  worker.postMessage({ file, checks, ranges, counts } satisfies RangeOrder);

  function checkNext(): boolean {
    const index = takeRange(counts, ranges);
    if (index === undefined) return false;
    found.set(index, checker.check(index * RANGE, (index + 1) * RANGE));
    return true;
  }

  async function checked(index: number): Promise<CheckedRange | undefined> {
    // A range that the other thread took but never reported counts as one that does not match.
    for (let isOver = false; !found.has(index) && !isOver; ) {
      isOver = hasEnded && index < rangesTaken(counts);
      // Lets messages arrive.
      await others();
      if (!found.has(index) && !isOver && !checkNext()) await changed();
    }
    const range = found.get(index);
    found.delete(index);
    tellFollowed(counts, index + 1);
    return range;
  }

  function changed(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    if (hasEnded) resolve();
    return promise;
  }

  return {
    after: async seq => {
      const index = seq / RANGE;
      if (Number.isInteger(index) && index < ranges) return checked(index);
      return seq < newest ? checker.check(seq, Math.min(seq + RANGE, newest)) : undefined;
    },
    async close() {
      checker.close();
      if (given === undefined) await thread[Symbol.asyncDispose]();
    },
  };
}

/** The checks that can be sent to another thread. */
function checksOf(macs: RangeChecks['macs']): RangeChecks {
  return { macs: macs && { secret: macs.secret, start: macs.start }, sources: true };
}

function rangeFrom({ index, previousHash, hash, events }: FoundRange): CheckedRange | undefined {
  if (previousHash === undefined || hash === undefined || events === undefined) return undefined;
  const head = { seq: (index + 1) * RANGE, hash: hash as Digest };
  const list = JSON.parse(events) as CheckedRange['events'];
  return list.length === RANGE ? { previousHash, head, events: list } : undefined;
}

/** If the checker cannot be opened, no range counts as matching, and the verification reads everything itself. */
function openChecker(file: string, checks: RangeChecks): { check: RangeChecker; close(): void } {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    setUpReader(database);
    const check = rangeChecker(database, checks);
    return {
      check: (after, until) => {
        try {
          return check(after, until);
        } catch {
          return undefined;
        }
      },
      close: () => database?.close(),
    };
  } catch {
    return { check: () => undefined, close: () => database?.close() };
  }
}

/** In the sources, or in a build (scripts/build.ts) beside this module. */
function threadModule(): URL {
  const name = import.meta.url.endsWith('.ts') ? './ranges-thread.ts' : './ranges-thread.js';
  return new URL(name, import.meta.url);
}
