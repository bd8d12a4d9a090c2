/**
 * Preloaded into every thread of a registry (`--import`): those that deliver say how long each works in one piece, to
 * whoever asks over a channel of the process.
 */
import { BroadcastChannel, isMainThread, threadId, workerData } from 'node:worker_threads';
import { heldInOnePiece } from './held.ts';

const CHANNEL = 'promptforge-bench-held';

type Order = 'begin' | 'end';

interface Said {
  readonly thread: number;
  /** In ms; 0 at the beginning. */
  readonly held: number;
}

/** The threads of this process that deliver. */
export interface DeliveringThreads {
  /** Resolves when all of them measure. */
  begin(): Promise<void>;
  /** @returns for how many ms one of them worked in one piece at most */
  end(): Promise<number>;
}

/** @param count how many they are */
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
    // Another thread's answer.
    if (typeof order !== 'string') return;
    const held = order === 'end' ? (measured?.end() ?? Number.NaN) : 0;
    if (order === 'begin') measured = heldInOnePiece();
    channel.postMessage({ thread: threadId, held } satisfies Said);
  };
  channel.unref();
}

/** Only what delivers is told what it serves (src/registry/threads/messages.ts). */
if (!isMainThread && typeof workerData === 'object' && workerData !== null && 'serving' in workerData)
  answerIn(new BroadcastChannel(CHANNEL));
