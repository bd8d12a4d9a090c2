/**
 * Prompts for applications. Even if the registry fails, a text is not served for longer than its Cache-Control allows;
 * after that, only the snapshot and fallbacks remain. Each result names its source.
 */
import { attributesOf, noteOnSpan, type PromptAttributes } from './attributes.ts';
import { keyOf, NO_METADATA, promptOf, wantedOf } from './delivery.ts';
import type { Entry, Slot } from './entries.ts';
import { type ErrorCode, PromptForgeError } from './errors.ts';
import { asleepAfter, loader } from './loader.ts';
import { settingsOf } from './settings.ts';
import { bundledPrompts } from './snapshot.ts';
import { kvStorage, memoryStorage } from './storage.ts';
import type {
  AnyPrompt,
  AnyPrompts,
  ClientOptions,
  GetOptions,
  Prompt,
  PromptClient,
  PromptTypes,
  Rendered,
  RenderOptions,
  Wanted,
} from './types.ts';
import type { Watcher } from './watch.ts';

export type * from './types.ts';
export type { ErrorCode, PromptAttributes };
export { attributesOf, kvStorage, memoryStorage, PromptForgeError };

/** Milliseconds without requests after a failed one, if there is a text to serve meanwhile, and if there is none. */
const HOLD = 5000;
const HOLD_WITH_NOTHING = 1000;
const MAX_HOLD = 60_000;
/** Milliseconds after that pause in which the last known text is served and requests run in the background. */
const TRYING = 10_000;
/** Milliseconds that a call waits beyond its request's own timeout, in case the worker that sent it has ended. */
const LEEWAY = 100;

/**
 * Creates a client for one environment of a registry. It sends no request before the first call.
 * @throws PromptForgeError `invalid_options`, `invalid_snapshot`
 */
export function createClient<Of extends PromptTypes<Of> = AnyPrompts>(
  options: ClientOptions,
): PromptClient<Of> {
  const settings = settingsOf(options);
  const { clock, environment } = settings;
  const bundled = bundledPrompts(options.snapshot, settings.url, environment);
  const loading = loader(settings);
  const { slots, tell } = loading;
  let watching: Promise<Watcher> | undefined;
  let isClosed = false;

  async function get(name: string, options?: GetOptions): Promise<AnyPrompt> {
    const known = options === undefined ? fresh(name) : undefined;
    // `name` may be invalid and still be a key in memory: `support/triage@3` is the key of an exact version.
    const prompt = known !== undefined && known.name === name ? known : await find(name, options);
    tell(noteOnSpan, prompt);
    return prompt;
  }

  function fresh(key: string): Prompt | undefined {
    const entry = slots.use(key)?.entry;
    if (entry === undefined || entry.isStored) return undefined;
    const now = clock();
    return now - entry.checkedAt < entry.freshness.maxAge ? promptOf(entry, 'cache', now) : undefined;
  }

  async function find(name: string, options: GetOptions | undefined): Promise<AnyPrompt> {
    const wanted = wantedOf(name, options);
    const { fallback, signal } = options ?? {};
    if (signal?.aborted) throw aborted(signal);
    const key = keyOf(wanted);
    const known = fresh(key);
    if (known !== undefined) return known;
    const mostTime = settings.timeout + LEEWAY;
    const endsAt = Date.now() + mostTime;
    const slot = slots.open(key);
    await loading.readStorage(slot, wanted);
    const { entry } = slot;
    const failure = loading.failureOf(slot);
    const since = clock() - (failure?.at ?? 0);
    if (entry !== undefined && mayServeAtOnce(entry, wanted.version !== undefined)) {
      if (clock() - entry.checkedAt < entry.freshness.maxAge) return promptOf(entry, 'stored', clock());
      if (failure === undefined || since >= holdOf(failure.error, true)) void loading.load(wanted);
      return told(promptOf(entry, 'stale', clock()), failure?.error);
    }
    if (failure !== undefined) {
      const last = lastKnown(slot, wanted, fallback);
      const hold = holdOf(failure.error, last !== undefined);
      if (since < hold && last === undefined) throw failure.error;
      if (last !== undefined && since < hold + TRYING) {
        if (since >= hold) void loading.load(wanted);
        return told(last, failure.error);
      }
    }
    const askedAt = clock();
    // Responses and failures from before the machine slept are outdated.
    const sleptMeanwhile = () => clock() - askedAt > asleepAfter(settings);
    try {
      let loaded = await loading.loadInTime(wanted, endsAt - Date.now(), signal).catch(error => {
        if (signal?.aborted || !sleptMeanwhile()) throw error;
      });
      if (loaded === undefined || sleptMeanwhile())
        loaded = await loading.loadInTime(wanted, mostTime, signal);
      return promptOf(loaded, 'network', clock());
    } catch (error) {
      if (signal?.aborted) throw aborted(signal);
      const last = lastKnown(slot, wanted, fallback);
      if (last === undefined) throw error;
      return told(last, error as PromptForgeError);
    }
  }

  /** True within `max-age` and `stale-while-revalidate`; for a stored text, only if it is an exact version. */
  function mayServeAtOnce({ isStored, checkedAt, freshness }: Entry, isExact: boolean): boolean {
    if (isStored && !isExact) return false;
    return clock() - checkedAt < freshness.maxAge + freshness.staleWhileRevalidate;
  }

  /** The newest text that may be used if the registry cannot be reached. */
  function lastKnown({ entry }: Slot, wanted: Wanted, fallback: string | undefined): AnyPrompt | undefined {
    const now = clock();
    if (entry !== undefined && now - entry.checkedAt < entry.freshness.maxAge + entry.freshness.staleIfError)
      return promptOf(entry, entry.isStored ? 'stored' : 'stale', now);
    return (
      bundled.find(wanted, now) ?? (typeof fallback === 'string' ? asFallback(wanted, fallback) : undefined)
    );
  }

  function asFallback({ name, channel = 'stable', version }: Wanted, text: string): AnyPrompt {
    return {
      text,
      name,
      version: null,
      reference: null,
      digest: null,
      channel: version === undefined ? channel : null,
      environment,
      metadata: NO_METADATA,
      age: null,
      source: 'fallback',
    };
  }

  function told<Given extends AnyPrompt>(prompt: Given, error: PromptForgeError | undefined): Given {
    if (prompt.source === 'stale') tell(settings.onStale, { prompt, error });
    else if (error !== undefined) tell(settings.onFallback, { prompt, error });
    return prompt;
  }

  async function render(
    name: string,
    input: Readonly<Record<string, unknown>> = {},
    options?: RenderOptions,
  ): Promise<Rendered<AnyPrompt>> {
    const { remote, strict, messages, context, fallback } = options ?? {};
    let prompt: AnyPrompt;
    if (remote || strict) {
      const wanted = wantedOf(name, options);
      try {
        const { renderRemotely } = await import('./render-remotely.ts');
        const rendered = await renderRemotely(settings, loading.tell, wanted, input, options ?? {});
        tell(noteOnSpan, rendered);
        return rendered;
      } catch (error) {
        if (typeof fallback !== 'string' || !PromptForgeError.is(error) || OF_THE_INPUT.has(error.code))
          throw error;
        prompt = told(asFallback(wanted, fallback), error);
        tell(noteOnSpan, prompt);
      }
    } else prompt = await get(name, options);
    // Loaded on first use, because most applications only need `get` and this contains the template parser.
    const { renderPrompt } = await import('./render.ts');
    return renderPrompt(prompt, input, { messages, context });
  }

  return {
    environment,
    get: get as PromptClient<Of>['get'],
    render: render as PromptClient<Of>['render'],
    async preload(prompts) {
      const { preloaded } = await import('./batch.ts');
      return preloaded(settings, loading, prompts, get);
    },
    watch(name, listener, options) {
      const { channel, signal } = options ?? {};
      const wanted = wantedOf(name, { channel });
      watching ??= import('./watch.ts').then(({ watcher }) => watcher(settings, loading));
      let stop: (() => void) | undefined;
      let isStopped = signal?.aborted === true;
      loading.inBackground(
        watching.then(watcher => {
          if (!isStopped && !isClosed) stop = watcher.add(wanted, listener);
        }),
      );
      const end = () => {
        isStopped = true;
        stop?.();
      };
      signal?.addEventListener('abort', end, { once: true });
      return end;
    },
    close() {
      isClosed = true;
      if (watching !== undefined) loading.inBackground(watching.then(watcher => watcher.close()));
    },
  };
}

/** Errors that a fallback would not fix. */
const OF_THE_INPUT: ReadonlySet<ErrorCode> = new Set(['missing_input', 'invalid_input', 'aborted']);

/** The pause in requests after an error, in milliseconds. */
function holdOf({ retryAfter }: PromptForgeError, canServe: boolean): number {
  if (retryAfter !== undefined) return Math.min(retryAfter * 1000, MAX_HOLD);
  return canServe ? HOLD : HOLD_WITH_NOTHING;
}

function aborted({ reason }: AbortSignal): PromptForgeError {
  return new PromptForgeError('aborted', 'The caller stopped waiting for the prompt.', {}, { cause: reason });
}
