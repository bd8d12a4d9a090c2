/** The thread that checks ranges of a log beside a verification. Whatever goes wrong here is done once more there. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
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

const { file, checks, ranges, counts } = workerData as RangeOrder;
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
  const range = checked(index);
  const found: FoundRange =
    range === undefined
      ? { index }
      : {
          index,
          previousHash: range.previousHash,
          hash: range.head.hash,
          events: JSON.stringify(range.events),
        };
  parentPort?.postMessage(found);
}
database.close();
