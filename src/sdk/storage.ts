/** Prompts kept beyond memory. A storage may hold anything, so everything read from it is checked. */
import { asObject, keyOf, promptIn } from './delivery.ts';
import type { Entry } from './entries.ts';
import type { PromptStorage, Wanted } from './types.ts';

const FORMAT = 1;

/** A store of the process: clients that share one know what the others fetched. */
export function memoryStorage(): PromptStorage {
  const values = new Map<string, string>();
  return {
    get: async key => values.get(key),
    set: async (key, value) => void values.set(key, value),
  };
}

/** A key-value namespace such as Cloudflare's. */
export interface KeyValueNamespace {
  get(key: string): Promise<string | null | undefined>;
  put(key: string, value: string): Promise<unknown>;
}

export function kvStorage(namespace: KeyValueNamespace, prefix = ''): PromptStorage {
  return {
    get: key => namespace.get(prefix + key),
    set: (key, value) => namespace.put(prefix + key, value),
  };
}

interface Owner {
  readonly url: string;
  readonly environment: string;
}

/** One for each registry and environment: what is stored for another is never found. */
export function storageKey(wanted: Wanted, { url, environment }: Owner): string {
  return `promptforge/${FORMAT}/${url}/${environment}/${keyOf(wanted)}`;
}

export function storedText({ prompt, etag, checkedAt, freshness }: Entry, { url }: Owner): string {
  return JSON.stringify({ format: FORMAT, url, prompt, etag, checkedAt, freshness });
}

/**
 * @param now milliseconds since 1970
 * @throws {Error} for what is not stored by this package, for this registry and environment
 */
export function entryIn(text: string, wanted: Wanted, { url, environment }: Owner, now: number): Entry {
  const stored = asObject(JSON.parse(text));
  const { format, prompt, etag, checkedAt } = stored;
  const { maxAge, staleWhileRevalidate, staleIfError } = asObject(stored['freshness']);
  const numbers = [checkedAt, maxAge, staleWhileRevalidate, staleIfError];
  const fits = format === FORMAT && stored['url'] === url && typeof etag === 'string';
  if (!fits || !numbers.every(each => typeof each === 'number' && each >= 0))
    throw new Error('It was not stored by this package for this registry.');
  // Stored by a machine whose clock is ahead, it would be younger than it is.
  if ((checkedAt as number) > now + MAX_CLOCK_DIFFERENCE) throw new Error('It was stored in the future.');
  const delivery = { ...asObject(prompt), template: asObject(prompt)['text'] };
  return {
    prompt: promptIn(delivery, wanted, environment, url),
    etag: etag as string,
    checkedAt: checkedAt as number,
    freshness: { maxAge, staleWhileRevalidate, staleIfError } as Entry['freshness'],
    size: text.length,
    isStored: true,
  };
}

/** In milliseconds. */
const MAX_CLOCK_DIFFERENCE = 60_000;
