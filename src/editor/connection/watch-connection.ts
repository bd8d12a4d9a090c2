/** Polls whether the registry responds, so that the window's state is at most seconds old in both directions. */

export interface WatchedConnection {
  /** `unwatched`: there is no registry to ask, or it is not for a later answer to change what is wrong. */
  state(): 'connected' | 'offline' | 'unwatched';
  /** Resolves when the registry responds in any way. Rejects if it does not within `ANSWER_MS`. */
  ask(signal: AbortSignal): Promise<void>;
  lost(error: unknown): void;
  /** It answers again: what is shown is to be fetched anew. Never rejects. */
  back(): Promise<void>;
}

export interface ConnectionWatch extends Disposable {
  /** To be called when the state has changed: asks unless that is under way. */
  begin(): void;
  /** Asks at once: something failed. */
  soon(): void;
}

/** For one answer, in milliseconds: with the longest pause before it, less than five seconds. */
export const ANSWER_MS = 2_500;
/** Milliseconds between an answer and the next question. */
const WHILE_CONNECTED_MS = 2_000;
const WHILE_OFFLINE_MS = 1_000;
/** Of one that does not answer at all. */
const LONGEST_SILENT_MS = 2_000;
/** A pause is longer by up to this part, so that many windows do not ask a registry that comes back all at once. */
export const JITTER = 0.2;
/** For a registry that answers only this request, all others are delayed more and more, in milliseconds. */
export const LONGEST_MS = 60_000;
/** If this process itself was suspended for so long, in milliseconds, a missing response means nothing. */
const OVERDUE_MS = 1_000;

/** @param now in milliseconds, of a monotonic clock */
export function watchConnection(
  watched: WatchedConnection,
  now: () => number = () => performance.now(),
): ConnectionWatch {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let again = false;
  let fruitless = 0;
  let unanswered = 0;

  const plan = (milliseconds: number): void => {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(() => void look(), milliseconds * (1 + JITTER * Math.random()));
  };
  const rest = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const look = async (): Promise<void> => {
    if (asking) {
      again = true;
      return;
    }
    rest();
    if (signal.aborted || watched.state() === 'unwatched') return;
    asking = true;
    again = false;
    await question();
    asking = false;
    const state = watched.state();
    if (state === 'unwatched') return;
    if (state === 'connected') fruitless = 0;
    plan(again ? 0 : state === 'connected' ? WHILE_CONNECTED_MS : pauseAfter(fruitless, unanswered));
  };
  const question = async (): Promise<void> => {
    const asked = now();
    try {
      await watched.ask(signal);
    } catch (error) {
      if (signal.aborted) return;
      fruitless = 0;
      unanswered += 1;
      // This process was suspended, for example by the machine's sleep: the response may be waiting.
      if (now() - asked > ANSWER_MS + OVERDUE_MS) again = true;
      else watched.lost(error);
      return;
    }
    unanswered = 0;
    if (signal.aborted || watched.state() !== 'offline') return;
    fruitless += 1;
    await watched.back();
  };
  return {
    begin() {
      if (!asking && timer === undefined) void look();
    },
    soon: () => void look(),
    [Symbol.dispose]() {
      controller.abort();
      rest();
    },
  };
}

/**
 * @param fruitless consecutive responses to this request without one to the others
 * @param unanswered consecutive requests without a response
 */
function pauseAfter(fruitless: number, unanswered: number): number {
  const longest = fruitless > 0 ? LONGEST_MS : LONGEST_SILENT_MS;
  return Math.min(WHILE_OFFLINE_MS * 2 ** Math.max(0, fruitless - 1, unanswered - 1), longest);
}
