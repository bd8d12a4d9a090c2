/** The main thread's handle of a delivery thread. */
import { Worker } from 'node:worker_threads';
import { fromPlain } from '../tasks/plain.ts';
import type { Command, ThreadMessage, ThreadOrder } from './messages.ts';

type Asked = Extract<Command, { readonly id?: number }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The reports of a running thread. */
export type ThreadReport = Exclude<
  ThreadMessage,
  { readonly kind: 'ready' | 'listening' | 'refused' | 'done' }
>;

export interface DeliveryThread {
  /** Resolves with its URL. @throws Problem, Error if it ends before it listens */
  readonly listening: Promise<string>;
  readonly hasListened: boolean;
  /** True if it may be delivering by now. It reads earlier commits by itself. */
  readonly mayDeliver: boolean;
  /** Resolves when it has ended, with the reason if it ended unexpectedly. */
  readonly ended: Promise<unknown>;
  tell(command: Command): void;
  /** Terminates it. @param reason the value of `ended` */
  terminate(reason?: Error): void;
  /** Resolves with the reply, or with undefined if it ends before. */
  ask(command: WithoutId<Asked>): Promise<unknown>;
}

/**
 * The heap for short-lived objects, in MB: three spaces of 8. Larger spaces do not improve the p99 under full load, and
 * let uncollected buffers grow to twice the size of a space.
 */
const YOUNG_MB = 24;

export function startDeliveryThread(
  order: ThreadOrder,
  onReport: (report: ThreadReport) => void,
): DeliveryThread {
  // Threads inherit Node's options; passing them would include some that threads do not allow.
  const worker = new Worker(threadModule(), {
    workerData: order,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const listening = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<unknown>();
  const waiting = new Map<number, (value: unknown) => void>();
  let next = 0;
  let hasListened = false;
  let mayDeliver = false;
  let why: unknown;

  worker.on('message', (report: ThreadMessage) => {
    switch (report.kind) {
      case 'ready':
        mayDeliver = true;
        worker.postMessage({ kind: 'go' } satisfies Command);
        break;
      case 'listening':
        hasListened = true;
        listening.resolve(report.url);
        break;
      case 'refused':
        listening.reject(fromPlain(report.problem));
        break;
      case 'done':
        waiting.get(report.id)?.(report.value);
        waiting.delete(report.id);
        break;
      default:
        onReport(report);
    }
  });
  worker.on('error', error => {
    why = error;
  });
  worker.on('exit', code => {
    why ??= new Error(`A thread that delivers ended by itself (${code}).`);
    listening.reject(why);
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
    ended.resolve(why);
  });
  // The error reaches the caller that awaits `listening`.
  listening.promise.catch(() => {});

  return {
    listening: listening.promise,
    ended: ended.promise,
    get hasListened() {
      return hasListened;
    },
    get mayDeliver() {
      return mayDeliver;
    },
    tell: command => worker.postMessage(command),
    terminate(reason) {
      why ??= reason;
      void worker.terminate();
    },
    ask(command) {
      const id = next++;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.set(id, resolve);
      worker.postMessage({ ...command, id });
      return promise;
    },
  };
}

/** In the sources, or in a build (scripts/build.ts) beside this module. */
function threadModule(): URL {
  const name = import.meta.url.endsWith('.ts') ? './delivery-thread.ts' : './delivery-thread.js';
  return new URL(name, import.meta.url);
}
