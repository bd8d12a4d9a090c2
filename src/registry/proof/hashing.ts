/**
 * What takes the most of a verification, the digests of sources and the MACs of events, is done by another thread at the
 * same time, where the database is a file that it can read by itself. What that thread finds to fit, fits; whatever else
 * happens to it, this one does itself what is left.
 */
import { Worker } from 'node:worker_threads';
import type { Snapshot, Store } from '../store/store.ts';
import { COUNTS, claim, FITTING, type HashingOrder, type HashJob, offer, ROOM, STOPPED } from './hash-job.ts';

/** @throws DataFolderProblem `chain_broken` where something does not fit */
type Check = (snapshot: Snapshot) => Promise<void>;

export interface Hashing {
  /** Returns whether the thread takes another job now. Where not, it is done at once by whoever has it. */
  hasRoom(): boolean;
  /** @param check does the same */
  take(job: HashJob, check: Check): void;
  /** Does what is left where the thread has stopped. @throws as `check` does */
  checkLeft(store: Pick<Store, 'read'>): Promise<void>;
  /** Resolves when all that was taken fits. @throws as the first `check` does that finds something */
  settled(store: Pick<Store, 'read'>): Promise<void>;
  close(): Promise<void>;
}

/** Without a thread. */
export const NO_HASHING: Hashing = {
  hasRoom: () => false,
  take() {},
  checkLeft: async () => {},
  settled: async () => {},
  close: async () => {},
};

/**
 * @param file an SQLite database
 * @param module what the thread runs; for benchmarks, of code as it ships
 */
export function hashingThread(file: string, module: URL = threadModule()): Hashing {
  const counts = new Int32Array(new SharedArrayBuffer(COUNTS * Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(module, {
    workerData: { file, counts } satisfies HashingOrder,
    execArgv: [...process.execArgv, '--disable-warning=ExperimentalWarning'],
  });
  /** The first event not verified, by its number. */
  const left = new Map<number, Check>();
  let asked: PromiseWithResolvers<void> | undefined;
  let last = 0;

  const stopped = () => Atomics.load(counts, STOPPED) !== 0;
  const stop = () => {
    Atomics.store(counts, STOPPED, 1);
    asked?.resolve();
  };
  worker.on('message', () => asked?.resolve());
  worker.on('error', stop);
  worker.on('exit', stop);

  function forget(): void {
    const fitting = Atomics.load(counts, FITTING);
    for (const number of left.keys()) if (number <= fitting) left.delete(number);
  }

  async function check(store: Pick<Store, 'read'>): Promise<void> {
    forget();
    for (const each of left.values()) await store.read(each);
    left.clear();
  }

  return {
    hasRoom: () => !stopped() && last - Atomics.load(counts, FITTING) < ROOM,
    take(job, each) {
      last += 1;
      forget();
      left.set(last, each);
      offer(counts, last);
      worker.postMessage(job);
    },
    checkLeft: async store => {
      if (stopped()) await check(store);
    },
    async settled(store) {
      asked = Promise.withResolvers();
      worker.postMessage('settle');
      let failed: { readonly error: unknown } | undefined;
      // The last first, as the thread goes on with the first.
      for (const [number, each] of [...left].reverse()) {
        if (!claim(counts, number)) continue;
        left.delete(number);
        await store.read(each).catch((error: unknown) => {
          failed = { error };
        });
      }
      if (!stopped()) await asked.promise;
      // The remaining events come before.
      await check(store);
      if (failed !== undefined) throw failed.error;
    },
    async close() {
      await worker.terminate();
    },
  };
}

/** Among the sources, or as it is built (scripts/build.ts), beside the file that holds this. */
function threadModule(): URL {
  const name = import.meta.url.endsWith('.ts') ? './hashing-thread.ts' : './hashing-thread.js';
  return new URL(name, import.meta.url);
}
