/** The thread that hashes beside a verification: it stops at the first job that does not fit. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { claim, FITTING, type HashingOrder, type HashJob, hasher, STOPPED } from './hash-job.ts';

const { file, counts } = workerData as HashingOrder;
/** In ms; what only reads seldom meets a lock. */
const BUSY_TIMEOUT = 5000;
/** In KiB: each page is read once, and into memory that the processor has at hand. */
const PAGE_CACHE = 256;
const database = new DatabaseSync(file, { readOnly: true });
database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA cache_size = -${PAGE_CACHE}`);
const fits = hasher(database);

let number = 0;

function isFitting(job: HashJob): boolean {
  try {
    return fits(job);
  } catch {
    // Whoever gave it does it once more, and says what is wrong.
    return false;
  }
}

parentPort?.on('message', (asked: HashJob | 'settle') => {
  if (asked === 'settle') {
    parentPort?.postMessage('settled');
    return;
  }
  number += 1;
  if (Atomics.load(counts, STOPPED) !== 0 || !claim(counts, number)) return;
  if (isFitting(asked)) Atomics.store(counts, FITTING, number);
  else Atomics.store(counts, STOPPED, 1);
});
