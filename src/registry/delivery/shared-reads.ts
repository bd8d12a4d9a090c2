/**
 * Lets reads share a snapshot. Uncached deliveries arrive in groups; opening a snapshot and verifying the environments
 * for each would take as long as everything else.
 */
import { setImmediate as gathered } from 'node:timers/promises';
import { Problem } from '../../core/problem.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';

/** The maximum number of reads per snapshot, which limits how old its data gets. */
const MOST = 32;

interface Waiting {
  readonly work: (snapshot: ReadSnapshot) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @returns a `store.read` that combines the reads of one turn of the event loop if the database is a file, which reads
 * sequentially anyway. A database on a server has a connection for each.
 */
export function sharedReads(store: Store): Store['read'] {
  if (store.file === undefined) return work => store.read(work);
  const waiting: Waiting[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    try {
      await gathered();
      while (waiting.length > 0) await together(store, waiting.splice(0, MOST));
    } finally {
      isRunning = false;
    }
  }

  return <T>(work: (snapshot: ReadSnapshot) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as Waiting['resolve'], reject });
      if (isRunning) return;
      isRunning = true;
      void run();
    });
}

/** Never rejects. */
async function together(store: Store, some: readonly Waiting[]): Promise<void> {
  const left = new Set(some);
  try {
    await store.read(async snapshot => {
      for (const each of left) {
        try {
          each.resolve(await each.work(snapshot));
        } catch (error) {
          // A failed read is repeated separately by the code that watches the store's reads.
          if (!Problem.is(error)) continue;
          each.reject(error);
        }
        left.delete(each);
      }
    });
  } catch {
    // The remaining ones are reported individually.
  }
  await Promise.all([...left].map(({ work, resolve, reject }) => store.read(work).then(resolve, reject)));
}
