/**
 * Preloaded into every thread of a registry (`--import`): delivery threads report over a BroadcastChannel for how long
 * each has worked without a break.
 */
import { BroadcastChannel, isMainThread, threadId, workerData } from 'node:worker_threads';
import { heldInOnePiece } from './held.ts';

const CHANNEL = 'promptforge-bench-held';

type Order = 'begin' | 'end';

interface Said {
  readonly thread: number;
  /** The longest time without a break, in ms; 0 in reply to `begin`. */
  readonly held: number;
}

/** The delivery threads of this process. */
export interface DeliveringThreads {
  /** Resolves when all threads are measuring. */
  begin(): Promise<void>;
  /** @returns the longest time that one of the threads worked without a break, in ms */
  end(): Promise<number>;
}

/** @param count the number of delivery threads */
export function deliveringThreads(count: number): DeliveringThreads {
  const channel = new BroadcastChannel(CHANNEL);
  async function asked(order: Order): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const said = new Map<number, number>();
    channel.onmessage = event => {
      const { thread, held } = (event as { data: Said }).data;
      said.set(thread, held);
      if (said.size === count) resolve(Math.max(...said.values()));
    };
    channel.postMessage(order);
    return promise;
  }
  return {
    begin: async () => void (await asked('begin')),
    end: () => asked('end'),
  };
}

function answerIn(channel: BroadcastChannel): void {
  let measured: ReturnType<typeof heldInOnePiece> | undefined;
  channel.onmessage = event => {
    const order = (event as { data: Order | Said }).data;
    // Ignores the answers of other threads.
    if (typeof order !== 'string') return;
    const held = order === 'end' ? (measured?.end() ?? Number.NaN) : 0;
    if (order === 'begin') measured = heldInOnePiece();
    channel.postMessage({ thread: threadId, held } satisfies Said);
  };
  channel.unref();
}

/** Only delivery threads have `serving` in their data (src/registry/threads/messages.ts). */
if (!isMainThread && typeof workerData === 'object' && workerData !== null && 'serving' in workerData)
  answerIn(new BroadcastChannel(CHANNEL));
