/** Polls whether the registry responds, so that the window's state is at most seconds old in both directions. */

export interface WatchedConnection {
  /** `unwatched`: there is no registry, or no later response could resolve the problem. */
  state(): 'connected' | 'offline' | 'unwatched';
  /** Resolves when the registry responds in any way. Rejects if it does not within `ANSWER_MS`. */
  ask(signal: AbortSignal): Promise<void>;
  lost(error: unknown): void;
  /** Called when it responds again, to fetch the shown data again. Never rejects. */
  back(): Promise<void>;
}

export interface ConnectionWatch extends Disposable {
  /** To be called when the state has changed: starts polling unless it is running. */
  begin(): void;
  /** Checks at once, because something failed. */
  soon(): void;
}

/** The timeout of one check, in milliseconds: with the longest pause before it, less than five seconds. */
export const ANSWER_MS = 2_500;
/** The pause between a response and the next check, in milliseconds. */
const WHILE_CONNECTED_MS = 2_000;
const WHILE_OFFLINE_MS = 1_000;
/** The longest pause for a registry that does not respond at all, in milliseconds. */
const LONGEST_SILENT_MS = 2_000;
/**
 * The largest share by which a pause is randomly extended, so that many windows do not check a returning registry at
 * once.
 */
export const JITTER = 0.2;
/** The longest pause, in milliseconds: pauses grow for a registry that only responds to this request. */
export const LONGEST_MS = 60_000;
/** If this process itself was suspended for so long, in milliseconds, a missing response means nothing. */
const OVERDUE_MS = 1_000;

/** @param now a monotonic clock, in milliseconds */
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
