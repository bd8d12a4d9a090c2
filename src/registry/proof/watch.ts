/**
 * Verifies a registry while it is served: in small pieces, again and again, with an alarm if something does not match.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainHead } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import type { Store } from '../store/store.ts';
import { verification } from './verification.ts';

export interface LogWatchState {
  /** `verifying`: the end was not reached yet since the process started; `broken` stays until it restarts. */
  readonly status: 'verifying' | 'verified' | 'broken';
  /** Everything up to this event was verified. */
  readonly head: ChainHead;
  /** When the end was last reached, RFC 3339; null if not yet. */
  readonly verifiedAt: string | null;
  /** The mismatch, for a person; null if there is none. */
  readonly broken: string | null;
}

export interface LogWatch {
  /** For metrics and readiness. */
  state(): LogWatchState;
  /** Starts after a delay, so that it does not slow down the process's start. */
  start(): void;
  /** Resolves when the current piece is done. May be called twice. */
  close(): Promise<void>;
}

export interface LogWatchParts {
  readonly store: Store;
  /** The alarm, raised once. The error names the first event or row that does not match. */
  readonly onBroken: (error: DataFolderProblem) => void;
  /** Called when the store fails, once until it responds again. */
  readonly onFault: (error: unknown) => void;
  /** In ms; for tests. */
  readonly pauses?: Partial<typeof PAUSES> | undefined;
}

/** The number of events per piece, which takes about 5 ms: no request waits longer. */
const PIECE = 250;
/** In ms. They use a fifth of a processor's time: a million events take two minutes. */
const PAUSES = { start: 5000, piece: 20, fault: 10_000, again: 24 * 60 * 60_000 };

export function logWatch({ store, onBroken, onFault, pauses }: LogWatchParts): LogWatch {
  const pause = { ...PAUSES, ...pauses };
  const closing = new AbortController();
  const { signal } = closing;
  let running: Promise<void> | undefined;
  let current = verification(store, PIECE);
  /** The end of the last round, until the current round is beyond it. */
  let reached = current.head();
  let verifiedAt: string | null = null;
  let broken: string | null = null;
  let failing = false;

  return {
    state: () => ({
      status: broken !== null ? 'broken' : verifiedAt !== null ? 'verified' : 'verifying',
      head: broken === null && reached.seq > current.head().seq ? reached : current.head(),
      verifiedAt,
      broken,
    }),
    start() {
      running ??= run();
    },
    async close() {
      closing.abort();
      await running;
    },
  };

  async function run(): Promise<void> {
    await asleep(pause.start);
    while (!signal.aborted && broken === null) {
      const next = await piece();
      await asleep(next);
    }
  }

  /** @returns the pause before the next piece, in ms */
  async function piece(): Promise<number> {
    try {
      const ended = await current.next();
      failing = false;
      if (!ended) return pause.piece;
      verifiedAt = store.now().toISOString();
      reached = current.head();
      await asleep(pause.again);
      if (!signal.aborted) current = verification(store, PIECE);
      return 0;
    } catch (error) {
      if (signal.aborted) return 0;
      if (DataFolderProblem.is(error, 'chain_broken')) {
        broken = error.message;
        onBroken(error);
        return 0;
      }
      // The reader of the piece has raised the alarm.
      if (Problem.is(error, 'log_broken')) {
        broken = error.message;
        return 0;
      }
      if (!failing) onFault(error);
      failing = true;
      // The changes of a failed piece are unknown: it starts again.
      current = verification(store, PIECE);
      return pause.fault;
    }
  }

  /** Resolves early, without an error, when the watch closes; does not keep the process alive. */
  async function asleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  }
}
