/**
 * Requests prompts from the registry and caches the responses, with one pending request per prompt. If an earlier
 * process stored the prompt, the first request is conditional on its ETag.
 */
import { asError } from './as-error.ts';
import { keyOf, pathOf, promptIn } from './delivery.ts';
import { type Entry, type Failure, type Slot, Slots } from './entries.ts';
import { PromptForgeError } from './errors.ts';
import { exchange, lateError } from './exchange.ts';
import { freshnessOf, tightened } from './freshness.ts';
import { inTime } from './in-time.ts';
import type { Settings } from './settings.ts';
import type { Stored } from './stored.ts';
import type { FetchEvent, PromptStorage, Wanted } from './types.ts';

export interface Loader {
  readonly slots: Slots;
  /** Fetches a prompt, with one request for all waiters, which continues if they leave. @throws PromptForgeError */
  load(wanted: Wanted): Promise<Entry>;
  /** Like `load`, but rejects after `time` milliseconds, or when the signal aborts with its reason. */
  loadInTime(wanted: Wanted, time: number, signal: AbortSignal | undefined): Promise<Entry>;
  /**
   * Validates and caches the response of any call.
   * @throws PromptForgeError `wrong_environment`, `not_a_registry`, `unavailable` if the response is too old
   */
  take(wanted: Wanted, answered: Answered): Entry;
  /** The last failure of a request for this prompt; undefined if it succeeded. */
  failureOf(slot: Slot): Failure | undefined;
  failed(slot: Slot, error: PromptForgeError): void;
  /** Reads the prompt from the storage, once, if it is not in memory. Never rejects. */
  readStorage(slot: Slot, wanted: Wanted): Promise<void>;
  /** Runs work that no caller waits for, and ignores its errors. */
  inBackground(work: Promise<unknown>): void;
  /** Calls a hook. Its errors are reported, so that they do not reach the application's call. */
  tell<Event>(hook: ((event: Event) => void) | undefined, event: Event): void;
  report(error: PromptForgeError): void;
}

/** A delivery as JSON, and its headers. */
export interface Answered {
  /** The entry whose ETag was sent. */
  readonly known: Entry | undefined;
  readonly startedAt: number;
  /** Undefined if nothing has changed (HTTP 304). */
  readonly delivery: unknown;
  readonly reference: string | null | undefined;
  readonly environment: string | null | undefined;
  readonly etag: string | null | undefined;
  readonly cacheControl: string | null | undefined;
  /** Seconds (RFC 9111, section 5.1). */
  readonly age: string | number | null | undefined;
  /** The length of the delivery's JSON, in UTF-16 code units. */
  readonly size: number;
}

/** Failures of the registry, the network or the key. All others concern only one prompt. */
const OF_ALL_PROMPTS = [
  'key_refused',
  'wrong_environment',
  'rate_limited',
  'unavailable',
  'unreachable',
  'timeout',
] as const;

/**
 * The time limit for reading the storage, in milliseconds. `Stored.read` has a shorter one, except in a worker whose
 * first caller is gone and took the timer with it.
 */
const STORAGE_TIME = 1000;

export function loader(settings: Settings): Loader {
  const { clock, environment, url, storage, maxStale } = settings;
  const slots = new Slots(settings.maxEntries, settings.maxCharacters);
  /** The last failure that concerns all prompts. */
  let outage: Failure | undefined;
  let loaded: Promise<Stored> | undefined;

  async function request(slot: Slot, wanted: Wanted): Promise<Entry> {
    await readStorage(slot, wanted);
    const startedAt = clock();
    const known = slot.entry;
    let event: Omit<FetchEvent, 'duration'> = {
      ...wanted,
      unchanged: false,
      reference: undefined,
      error: undefined,
    };
    try {
      const { status, headers, text } = await exchange(settings, {
        path: pathOf(wanted),
        etag: known?.etag,
      });
      const entry = take(wanted, {
        known,
        startedAt,
        delivery: status === 304 ? undefined : parsed(text),
        reference: headers.get('promptforge-version'),
        environment: headers.get('promptforge-environment'),
        etag: headers.get('etag'),
        cacheControl: headers.get('cache-control'),
        age: headers.get('age'),
        size: text.length,
      });
      event = { ...event, unchanged: status === 304, reference: entry.prompt.reference };
      return entry;
    } catch (thrown) {
      const error = asError(
        thrown,
        'not_a_registry',
        `The response from ${url} cannot be read. Check "url".`,
      );
      failed(slot, error);
      event = { ...event, error };
      throw error;
    } finally {
      tell(settings.onFetch, { ...event, duration: clock() - startedAt });
    }
  }

  function take(wanted: Wanted, answered: Answered): Entry {
    const { known, delivery, etag, age, startedAt } = answered;
    let prompt: Entry['prompt'];
    if (delivery !== undefined) prompt = promptIn(delivery, wanted, environment, url);
    else {
      if (
        known === undefined ||
        answered.reference !== known.prompt.reference ||
        answered.environment !== environment
      )
        throw new PromptForgeError(
          'not_a_registry',
          `The response from ${url} says that a prompt is unchanged that it never sent. Check "url" and the proxies in between.`,
        );
      prompt = known.prompt;
    }
    // If caches in between added several values, the first one counts (RFC 9111, section 5.1).
    const before = 1000 * Math.max(0, Number.parseInt(String(age), 10) || 0);
    const freshness = tightened(freshnessOf(answered.cacheControl), maxStale);
    // The response is from a cache, or from a registry that lost its database. An exact version never changes.
    if (before > 0 && before >= freshness.maxAge + freshness.staleIfError && wanted.version === undefined)
      throw new PromptForgeError(
        'unavailable',
        `${url} returned data that is ${before / 1000} s old, which is more than "maxStale" allows. Check its database and the caches in between, or raise "maxStale".`,
      );
    const entry: Entry = {
      prompt,
      etag: etag ?? known?.etag ?? '',
      checkedAt: startedAt - before,
      freshness,
      size: delivery === undefined ? (known?.size ?? 0) : answered.size,
      isStored: false,
    };
    slots.put(keyOf(wanted), entry);
    outage = undefined;
    const slot = slots.open(keyOf(wanted));
    // Another request may have brought a newer one already.
    const newest = slot.entry ?? entry;
    if (storage !== undefined)
      inBackground(storing(storage).then(stored => stored.keep(slot, newest, wanted)));
    return newest;
  }

  async function readStorage(slot: Slot, wanted: Wanted): Promise<void> {
    if (storage === undefined || slot.entry !== undefined) return;
    // All callers wait for the same read.
    slot.storageRead ??= storing(storage).then(stored => stored.read(slot, wanted));
    await inTime(slot.storageRead, STORAGE_TIME).catch(() => {
      slot.storageRead = undefined;
    });
  }

  function load(wanted: Wanted): Promise<Entry> {
    const slot = slots.open(keyOf(wanted));
    const now = clock();
    // An older request is from before the machine slept, or from a worker that has ended.
    if (slot.flight !== undefined && now - slot.flight.since <= settings.timeout + STORAGE_TIME)
      return slot.flight.entry;
    const flight = {
      since: now,
      entry: request(slot, wanted).finally(() => {
        if (slot.flight === flight) slot.flight = undefined;
      }),
    };
    slot.flight = flight;
    inBackground(flight.entry);
    return flight.entry;
  }

  /** Loaded on first use, because most clients have no storage. */
  function storing(storage: PromptStorage): Promise<Stored> {
    loaded ??= import('./stored.ts').then(({ stored }) => stored(settings, storage, slots, report));
    return loaded;
  }

  function failed(slot: Slot, error: PromptForgeError): void {
    const failure = { at: clock(), error };
    if (PromptForgeError.is(error, ...OF_ALL_PROMPTS)) outage = failure;
    else slot.failure = failure;
  }

  function inBackground(work: Promise<unknown>): void {
    const settled = work.catch(() => undefined);
    tell(settings.waitUntil, settled);
  }

  function report(error: PromptForgeError): void {
    try {
      settings.onError?.(error);
    } catch {
      // No handler is left to call.
    }
  }

  function tell<Event>(hook: ((event: Event) => void) | undefined, event: Event): void {
    const failed = (cause: unknown) =>
      report(new PromptForgeError('hook_failed', 'A hook threw an error. See "cause".', {}, { cause }));
    try {
      const told: unknown = hook?.(event);
      if (told instanceof Promise) told.catch(failed);
    } catch (cause) {
      failed(cause);
    }
  }

  return {
    slots,
    load,
    loadInTime(wanted, time, signal) {
      const slot = slots.open(keyOf(wanted));
      const entry = load(wanted);
      const late = () => {
        // The worker that sent the request is gone. The registry has not failed, so the next caller sends a new one.
        if (slot.flight?.entry === entry) slot.flight = undefined;
        return lateError(settings, settings.timeout);
      };
      return inTime(entry, time, late, signal);
    },
    take,
    failureOf: slot => (slot.failure && slot.failure.at > (outage?.at ?? 0) ? slot.failure : outage),
    failed,
    readStorage,
    inBackground,
    tell,
    report,
  };
}

/** Milliseconds in which every request ends, unless the machine slept meanwhile. */
export function asleepAfter({ timeout }: Settings): number {
  return 2 * timeout + 1000;
}

function parsed(text: string): unknown {
  // The parser's error is dropped, because it may quote the response.
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
