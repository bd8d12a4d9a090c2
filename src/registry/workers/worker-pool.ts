/** A few workers for long tasks, shared fairly by the keys. */
import { availableParallelism } from 'node:os';
import { Problem } from '../../core/problem.ts';
import { type FairQueue, fairQueue, type QueueLimits } from './fair-queue.ts';
import { sizeOf } from './size-of.ts';
import { OutOfMemory, startProcess, startThread, type Worker } from './worker.ts';

/** The caller that work is done for. */
export interface Asker {
  /** The queue's key: an API key's id. */
  readonly key: string;
  /** Aborts when nobody waits for the work anymore. */
  readonly signal?: AbortSignal;
}

export interface WorkerPool {
  /**
   * Runs a task in a worker: plain data in and out. A task that nobody waits for is terminated.
   * @throws Problem `queue_full` or `unavailable` as `FairQueue`, `unavailable` if it takes too long, `too_expensive`
   * if it needs too much memory; the signal's reason; errors of the module
   */
  run(task: unknown, asker: Asker): Promise<unknown>;
  readonly waiting: number;
  /** Rejects waiting tasks, and terminates the workers. */
  close(): Promise<void>;
}

export interface WorkerPoolOptions {
  /** The module that a worker runs: it calls `serveTasks`. */
  readonly module: URL;
  /** Default: processes. */
  readonly kind?: 'process' | 'thread';
  readonly limits?: Partial<QueueLimits>;
  /** The time limit of one task, in ms. */
  readonly timeLimit?: number;
  /** The limit of each worker's heap. */
  readonly memoryMb?: number;
  /** Called when a worker ends by itself. */
  readonly onFault: (error: unknown) => void;
}

const MIB = 1024 * 1024;
/** One more than a single key may use, and few enough to leave a core to the delivery thread. */
const WORKERS = Math.max(2, Math.min(4, availableParallelism() - 1));
const LIMITS: QueueLimits = {
  places: WORKERS,
  placesPerKey: WORKERS - 1,
  waitingPerKey: 64,
  waiting: 1024,
  bytesPerKey: 32 * MIB,
  bytes: 96 * MIB,
};
/** Less than a server's timeout for the request, so that its response can explain it. */
const TIME_LIMIT = 55_000;
/** Resolving partials takes 1 GB if the result has 4 Mi characters, as in versions published before the limit. */
const MEMORY_MB = 1536;
/** In ms. A worker takes some tenths of a second to start, and some MB while it is idle. */
const IDLE_TIME = 60_000;

export function workerPool(options: WorkerPoolOptions): WorkerPool {
  const { module, kind = 'process', onFault, timeLimit = TIME_LIMIT, memoryMb = MEMORY_MB } = options;
  const queue: FairQueue = fairQueue({ ...LIMITS, ...options.limits });
  const start = kind === 'process' ? startProcess : startThread;
  const all = new Set<Worker>();
  /** Idle workers, each with the timer that ends it. The one used last is used next. */
  const idle: { readonly worker: Worker; readonly timer: NodeJS.Timeout }[] = [];
  let isClosed = false;

  function take(): Worker {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      clearTimeout(last.timer);
      if (last.worker.isAlive) return last.worker;
      all.delete(last.worker);
    }
    const worker = start({ module, memoryMb, onFault });
    all.add(worker);
    return worker;
  }

  function giveBack(worker: Worker): void {
    if (!worker.isAlive || isClosed) {
      end(worker);
      return;
    }
    const timer = setTimeout(() => {
      const index = idle.findIndex(each => each.worker === worker);
      if (index >= 0) idle.splice(index, 1);
      end(worker);
    }, IDLE_TIME).unref();
    idle.push({ worker, timer });
  }

  function end(worker: Worker): void {
    void worker.end().then(() => all.delete(worker));
  }

  async function runIn(worker: Worker, task: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    let isLate = false;
    const abort = () => end(worker);
    const timer = setTimeout(() => {
      isLate = true;
      abort();
    }, timeLimit);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await worker.run(task);
    } catch (error) {
      signal?.throwIfAborted();
      if (isLate) throw tooLate(timeLimit);
      if (isClosed) throw interrupted();
      if (error instanceof OutOfMemory) throw outOfMemory();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      giveBack(worker);
    }
  }

  return {
    run: (task, { key, signal }) => queue.run(key, signal, () => runIn(take(), task, signal), sizeOf(task)),
    get waiting() {
      return queue.waiting;
    },
    async close() {
      isClosed = true;
      queue.close();
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      await Promise.all([...all].map(worker => worker.end()));
    },
  };
}

function outOfMemory(): Problem {
  return new Problem(
    'too_expensive',
    'This needs more memory than one request may use. Split the prompt into partials, or provide a smaller input.',
  );
}

function tooLate(timeLimit: number): Problem {
  return new Problem(
    'unavailable',
    `This takes longer than the ${timeLimit / 1000} s that one request may take. Nothing was changed; try again when it is less busy, or make the prompt or its input smaller.`,
  );
}

function interrupted(): Problem {
  return new Problem(
    'unavailable',
    'The registry ended this request before it was done. Nothing was changed; try again soon.',
  );
}
