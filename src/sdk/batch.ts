/** Loads many prompts with few requests. */
import { asError } from './as-error.ts';
import { asObject, keyOf, promptOf, wantedOf } from './delivery.ts';
import type { Entry } from './entries.ts';
import { PromptForgeError } from './errors.ts';
import { exchange } from './exchange.ts';
import type { Loader } from './loader.ts';
import { refusalOf } from './refusal.ts';
import type { Settings } from './settings.ts';
import type { AnyPrompt, FetchEvent, GetOptions, Prompt, Wanted } from './types.ts';

/** The number of prompts that the registry accepts in one request. */
const MOST = 100;

/**
 * Implements `preload` of the client.
 * @param get reads a prompt that the responses do not contain from any other source
 * @throws PromptForgeError `invalid_name`, and the errors of `get`
 */
export async function preloaded(
  settings: Settings,
  loading: Loader,
  prompts: readonly (string | Wanted)[],
  get: (name: string, options: GetOptions) => Promise<AnyPrompt>,
): Promise<Prompt[]> {
  if (!Array.isArray(prompts))
    throw new PromptForgeError(
      'invalid_name',
      'Give "preload" a list, such as ["support/triage", {name: "billing/fees", version: 12}].',
    );
  const all = prompts.map(each =>
    typeof each === 'object' && each ? wantedOf(each.name, each) : wantedOf(each, undefined),
  );
  const { loaded } = await loadAll(settings, loading, all);
  const given = all.map(wanted => {
    const { name, channel, version } = wanted;
    const entry = loaded.get(keyOf(wanted));
    // Without a fallback, `get` never returns a FallbackPrompt.
    return entry
      ? promptOf(entry, 'network', settings.clock())
      : (get(name, { channel, version }) as Promise<Prompt>);
  });
  return Promise.all(given);
}

/** Entries and errors, by the prompt's key in memory. */
interface Results {
  readonly loaded: Map<string, Entry>;
  readonly failed: Map<string, PromptForgeError>;
}

/** Requests all prompts, and caches them as far as there is room. Never rejects: errors are part of the result. */
export async function loadAll(settings: Settings, loading: Loader, all: readonly Wanted[]): Promise<Results> {
  const results: Results = { loaded: new Map(), failed: new Map() };
  const left = [...new Map(all.map(wanted => [keyOf(wanted), wanted])).values()];
  await Promise.all(left.map(wanted => loading.readStorage(loading.slots.open(keyOf(wanted)), wanted)));
  while (left.length > 0) {
    const some = left.slice(0, MOST);
    left.splice(0, await loadSome(settings, loading, some, results));
  }
  return results;
}

/** @returns the number of prompts that the response covers, counted from the first; the rest needs another request */
async function loadSome(
  settings: Settings,
  loading: Loader,
  some: readonly Wanted[],
  { loaded, failed }: Results,
): Promise<number> {
  const { clock, url, environment } = settings;
  const { slots } = loading;
  const startedAt = clock();
  const entries = some.map(wanted => slots.open(keyOf(wanted)).entry);
  const prompts = some.map(({ name, channel, version }, index) => ({
    name,
    ...(channel !== undefined && { channel }),
    ...(version !== undefined && { version }),
    ...(entries[index] && { etag: entries[index].etag }),
  }));
  const tell = (wanted: Wanted, more: Partial<FetchEvent>): void => {
    const { name, channel, version } = wanted;
    const duration = clock() - startedAt;
    const event = { name, channel, version, duration, unchanged: false, reference: undefined };
    loading.tell(settings.onFetch, { ...event, error: undefined, ...more });
  };
  const refuse = (wanted: Wanted, error: PromptForgeError): void => {
    failed.set(keyOf(wanted), error);
    loading.failed(slots.open(keyOf(wanted)), error);
    tell(wanted, { error });
  };
  let data: readonly unknown[];
  try {
    const { text } = await exchange(settings, { path: '/v1/deliveries', body: { prompts } });
    const given = asObject(JSON.parse(text))['data'];
    if (!Array.isArray(given) || given.length === 0 || given.length > some.length)
      throw new Error('No data.');
    data = given;
  } catch (thrown) {
    // One invalid name makes the registry reject the whole request, and an earlier release has no such route.
    if (PromptForgeError.is(thrown, 'unsupported', 'invalid_input')) {
      const loadOne = (wanted: Wanted) =>
        loading.load(wanted).then(
          entry => loaded.set(keyOf(wanted), entry),
          error => failed.set(keyOf(wanted), error),
        );
      await Promise.all(some.map(loadOne));
      return some.length;
    }
    const error = asError(thrown, 'not_a_registry', `The response from ${url} cannot be read. Check "url".`);
    for (const wanted of some) refuse(wanted, error);
    return some.length;
  }
  for (const [index, item] of data.entries()) {
    const wanted = some[index] as Wanted;
    const { status, etag, cacheControl, age, reference, delivery, problem } = asObject(
      item,
    ) as unknown as Item;
    try {
      if (status !== 200 && status !== 304) throw refusedItem(status, problem, url);
      const entry = loading.take(wanted, {
        known: entries[index],
        startedAt,
        delivery: status === 304 ? undefined : delivery,
        reference,
        environment,
        etag,
        cacheControl,
        age,
        size: status === 304 ? 0 : JSON.stringify(delivery).length,
      });
      loaded.set(keyOf(wanted), entry);
      tell(wanted, { unchanged: status === 304, reference: entry.prompt.reference });
    } catch (thrown) {
      const error = asError(
        thrown,
        'not_a_registry',
        `The response from ${url} for ${wanted.name} cannot be read.`,
      );
      refuse(wanted, error);
    }
  }
  return data.length;
}

interface Item {
  readonly status: number;
  readonly etag?: string;
  readonly cacheControl?: string;
  readonly age?: number;
  readonly reference?: string;
  readonly delivery?: unknown;
  readonly problem?: unknown;
}

function refusedItem(status: number, problem: unknown, url: string): PromptForgeError {
  return refusalOf({
    status: Number(status) || 0,
    headers: new Headers(),
    text: JSON.stringify(problem) ?? '',
    url,
    key: 'pf_…',
    retryAfter: undefined,
  });
}
