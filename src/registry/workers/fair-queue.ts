/** A fair queue: keys take turns in using a few slots, so that no key makes another wait. */
import { Problem } from '../../core/problem.ts';

export interface QueueLimits {
  /** The maximum number of running tasks. */
  readonly places: number;
  /** The maximum number of running tasks of one key. */
  readonly placesPerKey: number;
  /** The maximum number of waiting tasks of one key. */
  readonly waitingPerKey: number;
  /** The maximum number of waiting tasks. */
  readonly waiting: number;
  /** The maximum number of bytes of one key's waiting and running tasks; default: no limit. */
  readonly bytesPerKey?: number;
  /** The same in all. */
  readonly bytes?: number;
}

export interface FairQueue {
  /**
   * Runs `work` when it is the key's turn. A signal that aborts removes it from the queue.
   * @param bytes the memory that it holds until it is done
   * @throws Problem `queue_full` if too many of this key wait, `unavailable` if too many wait in all or the queue is
   * closed; the signal's reason; errors of `work`
   */
  run<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>, bytes?: number): Promise<T>;
  /** The number of waiting tasks. */
  readonly waiting: number;
  /** Rejects waiting and future tasks. */
  close(): void;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** Seconds until a place is likely to be free again. */
const RETRY_AFTER = 1;

export function fairQueue(limits: QueueLimits): FairQueue {
  const { bytesPerKey = Number.POSITIVE_INFINITY, bytes: allBytes = Number.POSITIVE_INFINITY } = limits;
  /** Bytes held by key; no value is 0. */
  const holding = new Map<string, number>();
  let held = 0;
  /** Waiting tasks by key, in the order of turns; no list is empty. */
  const waiting = new Map<string, Waiting[]>();
  const atWork = new Map<string, number>();
  let waits = 0;
  let taken = 0;
  let isClosed = false;

  const isFree = (key: string) =>
    taken < limits.places && (atWork.get(key) ?? 0) < limits.placesPerKey && !isClosed;

  function take(key: string): void {
    taken += 1;
    atWork.set(key, (atWork.get(key) ?? 0) + 1);
  }

  function leave(key: string): void {
    taken -= 1;
    const left = (atWork.get(key) ?? 1) - 1;
    if (left === 0) atWork.delete(key);
    else atWork.set(key, left);
    startNext();
  }

  function startNext(): void {
    for (const [key, own] of waiting) {
      if (taken >= limits.places) return;
      if (!isFree(key)) continue;
      const [next] = own;
      if (next === undefined) continue;
      remove(key, next);
      const others = waiting.get(key);
      if (others !== undefined) {
        waiting.delete(key);
        waiting.set(key, others);
      }
      take(key);
      next.start();
    }
  }

  function remove(key: string, one: Waiting): void {
    const own = waiting.get(key);
    const index = own?.indexOf(one) ?? -1;
    if (own === undefined || index < 0) return;
    own.splice(index, 1);
    waits -= 1;
    if (own.length === 0) waiting.delete(key);
  }

  function turn(key: string, signal: AbortSignal | undefined): Promise<void> {
    const own = waiting.get(key) ?? [];
    if (own.length >= limits.waitingPerKey) return Promise.reject(queueFull(own.length));
    if (waits >= limits.waiting) return Promise.reject(tooMuch());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const one: Waiting = { start: resolve, refuse: reject };
    own.push(one);
    waits += 1;
    waiting.set(key, own);
    const onAbort = () => {
      remove(key, one);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => signal?.removeEventListener('abort', onAbort));
  }

  /** A single task may have any size: otherwise it could never run. */
  function hold(key: string, bytes: number): void {
    const own = holding.get(key) ?? 0;
    if (own > 0 && own + bytes > bytesPerKey) throw tooManyBytes();
    if (held > 0 && held + bytes > allBytes) throw tooMuch();
    count(key, bytes);
  }

  function count(key: string, bytes: number): void {
    const own = (holding.get(key) ?? 0) + bytes;
    held += bytes;
    if (own === 0) holding.delete(key);
    else holding.set(key, own);
  }

  async function whenItsTurn<T>(
    key: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    if (isFree(key) && !waiting.has(key)) take(key);
    else await turn(key, signal);
    try {
      return await work();
    } finally {
      leave(key);
    }
  }

  return {
    async run(key, signal, work, bytes = 0) {
      signal?.throwIfAborted();
      if (isClosed) throw closed();
      hold(key, bytes);
      try {
        return await whenItsTurn(key, signal, work);
      } finally {
        count(key, -bytes);
      }
    },
    get waiting() {
      return waits;
    },
    close() {
      isClosed = true;
      for (const own of waiting.values()) for (const { refuse } of own) refuse(closed());
      waiting.clear();
      waits = 0;
    },
  };
}

function queueFull(waiting: number): Problem {
  return new Problem(
    'queue_full',
    `This key already has ${waiting} long requests waiting. Wait ${RETRY_AFTER} s, then send fewer at a time.`,
    { retryAfter: RETRY_AFTER },
  );
}

function tooManyBytes(): Problem {
  return new Problem(
    'queue_full',
    `This key has reached its limit of work in progress. Nothing was changed; wait ${RETRY_AFTER} s, then send fewer or smaller requests at a time.`,
    { retryAfter: RETRY_AFTER },
  );
}

function tooMuch(): Problem {
  return new Problem(
    'unavailable',
    `The registry has reached its limit of waiting long requests. Nothing was changed; try again in ${RETRY_AFTER} s.`,
    { retryAfter: RETRY_AFTER },
  );
}

function closed(): Problem {
  return new Problem('unavailable', 'The registry is closing. Nothing was changed; try again soon.');
}
