/** The thread that checks ranges of a log for a verification. If anything fails here, the verification repeats it. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import type { CheckedRange } from '../store/checked-range.ts';
import { rangeChecker } from '../store/sqlite/event-range.ts';
import {
  type FoundRange,
  RANGE,
  type RangeOrder,
  rangesTaken,
  setUpReader,
  takeRange,
  waitUntilFollowed,
} from './range-work.ts';

// Without a listener left, the thread ends.
parentPort?.once('message', checkRanges);

function checkRanges({ file, checks, ranges, counts }: RangeOrder): void {
  const database = new DatabaseSync(file, { readOnly: true });
  setUpReader(database);
  const check = rangeChecker(database, checks);

  function checked(index: number): CheckedRange | undefined {
    try {
      return check(index * RANGE, (index + 1) * RANGE);
    } catch {
      return undefined;
    }
  }

  while (rangesTaken(counts) < ranges) {
    const index = takeRange(counts, ranges);
    if (index === undefined) {
      waitUntilFollowed(counts);
      continue;
    }
    parentPort?.postMessage(foundOf(index, checked(index)));
  }
  database.close();
}

function foundOf(index: number, range: CheckedRange | undefined): FoundRange {
  if (range === undefined) return { index };
  const { previousHash, head, events } = range;
  return { index, previousHash, hash: head.hash, events: JSON.stringify(events) };
}
