/** Limits how many answers are streamed at a time, per key and in total. */
import { type FairQueue, fairQueue, type QueueLimits } from '../workers/fair-queue.ts';

export interface Streams {
  /**
   * The pieces, once it is the key's turn; its place is free again when they end, or are no longer read.
   * @throws Problem `queue_full`, `unavailable`
   */
  open(key: string, signal: AbortSignal, pieces: () => AsyncIterable<string>): Promise<AsyncIterable<string>>;
}

/** Each stream holds one source and what the client has not received yet; waiting ones hold neither. */
const LIMITS: QueueLimits = { places: 16, placesPerKey: 4, waitingPerKey: 16, waiting: 256 };

export function streams(limits: QueueLimits = LIMITS): Streams {
  const queue: FairQueue = fairQueue(limits);
  return {
    async open(key, signal, pieces) {
      const begun = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<void>();
      const turn = queue.run(key, signal, () => {
        begun.resolve();
        return ended.promise;
      });
      await Promise.race([begun.promise, turn]);
      const end = () => ended.resolve();
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      return (async function* () {
        try {
          yield* pieces();
        } finally {
          signal.removeEventListener('abort', end);
          end();
        }
      })();
    },
  };
}
