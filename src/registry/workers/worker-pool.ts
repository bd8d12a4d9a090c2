/** A few threads for what takes long, shared fairly by the keys that ask for it. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { Problem } from '../../core/problem.ts';
import { type FairQueue, fairQueue, type QueueLimits } from './fair-queue.ts';

/** Who asks for work, and until when. */
export interface Asker {
  /** Whose queue it stands in: a key's id. */
  readonly key: string;
  /** Aborts when nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

export interface WorkerPool {
  /**
   * Runs the pool's module with this in a thread: plain data there and back. One that nobody waits for any more is ended.
   * @throws Problem `queue_full` or `unavailable` as `FairQueue` does, `too_expensive` where it needs too much memory;
   * the signal's reason; what the module throws
   */
  run(task: unknown, asker: Asker): Promise<unknown>;
  readonly waiting: number;
  /** Refuses what waits, and ends the threads whatever they do. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** The module of the threads: its `run` gets what `run` of the pool gets. */
  readonly module: URL;
  readonly limits?: Partial<QueueLimits>;
  /** In ms, for one piece of work: what is done is counted and ends before, and a server ends it with its request. */
  readonly timeLimit?: number;
  /** Of each thread. */
  readonly memoryMb?: number;
  /** Told when a thread ends by itself. */
  readonly onFault: (error: unknown) => void;
}

/** One more than a single key may have, and few enough that the thread that delivers keeps a core. */
const THREADS = Math.max(2, Math.min(4, availableParallelism() - 1));
const LIMITS: QueueLimits = {
  places: THREADS,
  placesPerKey: THREADS - 1,
  waitingPerKey: 64,
  waiting: 1024,
};
const TIME_LIMIT = 10 * 60_000;
/**
 * More than anything within the other limits takes: the engine ends a thread at its limit, but where it is in the middle of
 * reading or writing JSON it ends the whole process. Putting dense partials of 1 MiB in place takes 1 GB.
 */
const MEMORY_MB = 4096;
/** A thread takes a tenth of a second to start, and some MB while it waits. In ms. */
const IDLE_TIME = 60_000;

export function workerPool(options: PoolOptions): WorkerPool {
  const { module, onFault, timeLimit = TIME_LIMIT, memoryMb = MEMORY_MB } = options;
  const limits = { ...LIMITS, ...options.limits };
  const queue: FairQueue = fairQueue(limits);
  /** Ends each piece of work that is being done. */
  const running = new Set<() => void>();
  let threads: Tinypool | undefined;

  function started(): Tinypool {
    threads ??= startThreads();
    return threads;
  }

  function startThreads(): Tinypool {
    const made = new Tinypool({
      filename: module.href,
      name: 'run',
      minThreads: 0,
      maxThreads: limits.places,
      idleTimeout: IDLE_TIME,
      // Waiting for a message lets a thread collect its garbage, waiting for a lock does not.
      useAtomics: false,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 64 },
    });
    made.on('error', error => {
      onFault(error);
      // One that cannot even start would leave its work waiting for it.
      made.cancelPendingTasks();
    });
    return made;
  }

  return {
    run: (task, { key, signal }) =>
      queue.run(key, signal, async () => {
        const end = new AbortController();
        const abort = () => end.abort();
        const timer = setTimeout(abort, timeLimit);
        signal?.addEventListener('abort', abort, { once: true });
        running.add(abort);
        try {
          return await started().run(task, { signal: end.signal });
        } catch (error) {
          signal?.throwIfAborted();
          if (end.signal.aborted) throw interrupted();
          if (isOutOfMemory(error)) throw outOfMemory();
          throw error;
        } finally {
          running.delete(abort);
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
        }
      }),
    get waiting() {
      return queue.waiting;
    },
    async close() {
      queue.close();
      for (const end of running) end();
      await threads?.destroy();
    },
  };
}

function isOutOfMemory(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function outOfMemory(): Problem {
  return new Problem(
    'too_expensive',
    'This takes more memory than the registry gives to one request. Split the prompt into partials, or give a smaller input.',
  );
}

function interrupted(): Problem {
  return new Problem(
    'unavailable',
    'The registry ended this request before it was done. Nothing was changed; try again soon.',
  );
}
