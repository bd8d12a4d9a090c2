/** Follows channels with a long-polling request that returns when one of the environment's channels moves. */
import { asError } from './as-error.ts';
import { loadAll } from './batch.ts';
import { asObject, keyOf, promptOf } from './delivery.ts';
import type { Entry } from './entries.ts';
import { type ErrorCode, PromptForgeError } from './errors.ts';
import { exchange } from './exchange.ts';
import type { Loader } from './loader.ts';
import { LONGEST_TIMER, type Settings } from './settings.ts';
import type { Prompt, Wanted } from './types.ts';

/** Seconds that the registry may hold the request. */
const WAIT = 25;
/** Milliseconds between requests if the registry has no feed, and the maximum pause after failures. */
const POLL = 15_000;
const FIRST_PAUSE = 500;
/** A shorter request is not repeated at once: an intermediary may be ending them. */
const SHORT = 1000;

/** Errors after which another request may succeed although no channel moves: those of the connection and the key. */
const PASSING: readonly ErrorCode[] = [
  ...(['unreachable', 'timeout', 'unavailable', 'rate_limited', 'not_a_registry'] as const),
  ...(['key_refused', 'wrong_environment'] as const),
];

interface Watched {
  readonly wanted: Wanted;
  readonly listeners: Set<(prompt: Prompt) => void>;
  /** The version that listeners know; null if there was none, undefined before the first response. */
  known: string | null | undefined;
}

export interface Watcher {
  add(wanted: Wanted, listener: (prompt: Prompt) => void): () => void;
  close(): void;
}

export function watcher(settings: Settings, loading: Loader): Watcher {
  const watched = new Map<string, Watched>();
  let running: AbortController | undefined;
  /** True once `lookAtAll` has begun: it does not include prompts that are added from then on. */
  let hasLooked = false;
  /** The error of a prompt that could not be loaded. Its channel may have moved, which the feed does not repeat. */
  let behind: PromptForgeError | undefined;
  const late: Watched[] = [];

  async function follow(signal: AbortSignal): Promise<void> {
    let cursor: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const asked = Date.now();
        const place = cursor === undefined ? '' : `&after=${encodeURIComponent(cursor)}`;
        const { text } = await exchange(settings, {
          // After a failure, requests return at once, so that listeners learn soon that the registry is back.
          path: `/v1/deliveries/changes?wait=${cursor === undefined || failures > 0 ? 0 : WAIT}${place}`,
          extraTime: WAIT * 1000,
          signal,
        });
        const { cursor: next } = asObject(JSON.parse(text));
        if (typeof next !== 'string') throw new Error('There is no cursor.');
        // The cursor was read before the prompts, so the next response reports moves in between.
        if (next !== cursor || behind !== undefined) await lookAtAll();
        else if (Date.now() - asked < SHORT) await sleep(SHORT, signal);
        cursor = next;
        if (behind !== undefined) throw behind;
        failures = 0;
      } catch (thrown) {
        if (signal.aborted) return;
        const error = asError(thrown, 'not_a_registry', `The feed of ${settings.url} cannot be read.`);
        if (!PromptForgeError.is(error, 'unsupported')) loading.report(error);
        await pause(error, failures++, signal);
        if (!signal.aborted) await lookAtAll();
      }
    }
  }

  async function lookAtAll(): Promise<void> {
    hasLooked = true;
    behind = undefined;
    await look([...watched.values()]);
  }

  async function look(all: readonly Watched[]): Promise<void> {
    const { loaded, failed } = await loadAll(
      settings,
      loading,
      all.map(({ wanted }) => wanted),
    );
    behind = [...failed.values()].find(({ code }) => PASSING.includes(code)) ?? behind;
    for (const each of all) {
      const key = keyOf(each.wanted);
      tellOf(each, loaded.get(key) ?? loading.slots.peek(key)?.entry);
    }
  }

  /** Loads a prompt that was added later, because the feed does not report earlier moves. One request loads several. */
  function lookSoon(each: Watched): void {
    late.push(each);
    if (late.length === 1) loading.inBackground(Promise.resolve().then(() => look(late.splice(0))));
  }

  function tellOf(each: Watched, entry: Entry | undefined): void {
    if (entry === undefined) each.known ??= null;
    const { known } = each;
    if (entry === undefined || entry.prompt.reference === known) return;
    each.known = entry.prompt.reference;
    if (known === undefined) return;
    for (const listener of each.listeners)
      loading.tell(listener, promptOf(entry, 'network', settings.clock()));
  }

  return {
    add(wanted, listener) {
      const key = keyOf(wanted);
      const before = watched.get(key);
      const known = loading.slots.use(key)?.entry?.prompt.reference;
      const each = before ?? { wanted, listeners: new Set(), known };
      // Wrapped, because the same listener may be added twice.
      const own = (prompt: Prompt) => listener(prompt);
      each.listeners.add(own);
      watched.set(key, each);
      if (running === undefined) {
        running = new AbortController();
        hasLooked = false;
        void follow(running.signal);
      } else if (before === undefined && hasLooked) lookSoon(each);
      return () => {
        // Calling it twice must not stop another watch that has begun since.
        if (!each.listeners.delete(own) || each.listeners.size > 0) return;
        watched.delete(key);
        if (watched.size > 0) return;
        running?.abort();
        running = undefined;
      };
    },
    close() {
      running?.abort();
      running = undefined;
      // A load that is running calls no listener any more.
      for (const { listeners } of watched.values()) listeners.clear();
      watched.clear();
    },
  };
}

function pause({ code, retryAfter }: PromptForgeError, failures: number, signal: AbortSignal): Promise<void> {
  const longest = code === 'unsupported' ? POLL : Math.min(POLL, FIRST_PAUSE * 2 ** failures);
  const time = Math.max((retryAfter ?? 0) * 1000, longest * (0.5 + Math.random() / 2));
  return sleep(Math.min(time, LONGEST_TIMER), signal);
}

/** Ends early when `signal` aborts. */
function sleep(time: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, time);
    signal.addEventListener('abort', end);
  });
}
