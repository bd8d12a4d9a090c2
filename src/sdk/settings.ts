/** The options of a client, validated when it is created. */
import { steadyClock } from './clock.ts';
import { PromptForgeError } from './errors.ts';
import type { ClientOptions, PromptStorage } from './types.ts';

/** In milliseconds. A timer above 2 ** 31 - 1 fires at once; this leaves room for the time added to a timeout. */
export const LONGEST_TIMER = 1e9;

export interface Settings extends Omit<ClientOptions, 'snapshot' | 'now'> {
  /** Without a trailing slash. */
  readonly url: string;
  /** In milliseconds. */
  readonly timeout: number;
  readonly retries: number;
  readonly maxEntries: number;
  readonly maxCharacters: number;
  readonly fetch: NonNullable<ClientOptions['fetch']>;
  /** Milliseconds since 1970 that never run backwards. */
  readonly clock: () => number;
  /** Milliseconds since 1970 by the machine's clock. */
  readonly wallClock: () => number;
}

const ENVIRONMENT = /^[a-z][a-z0-9-]{0,31}$/;
const LOOPBACK = /^(?:localhost|\[::1\]|127(?:\.\d+){3})$/;
const MEBI = 1024 * 1024;
const FUNCTIONS = /^(?:on|fetch|wait|now)/;

/** @throws PromptForgeError `invalid_options` */
export function settingsOf(options: ClientOptions): Settings {
  const { environment, key, storage } = options ?? {};
  if (typeof environment !== 'string' || !ENVIRONMENT.test(environment))
    throw invalid('environment', 'the name of the environment that the key is for, such as "production"');
  if (typeof key !== 'function' && (typeof key !== 'string' || key === ''))
    throw invalid('key', 'a reader key of the environment, or a function that gives one');
  for (const [name, given] of Object.entries(options))
    if (FUNCTIONS.test(name) && given !== undefined && typeof given !== 'function')
      throw invalid(name, 'a function');
  const { get, set } = (storage ?? {}) as Partial<PromptStorage>;
  if (storage !== undefined && !(get && set)) throw invalid('storage', 'an object with "get" and "set"');
  // Some platforms reject a `fetch` that is called without its `this`.
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  return {
    ...options,
    url: registryUrl(options.url, options.allowHttp === true),
    timeout: Math.min(count('timeout', options.timeout, 2000, 1), LONGEST_TIMER),
    retries: count('retries', options.retries, 2, 0),
    maxStale: options.maxStale === undefined ? undefined : count('maxStale', options.maxStale, 0, 0),
    maxEntries: count('maxEntries', options.maxEntries, 1000, 1),
    maxCharacters: count('maxCharacters', options.maxCharacters, 64 * MEBI, 1),
    fetch,
    // A test's clock replaces both the system clock and the timer.
    clock: steadyClock(options.now, options.now),
    wallClock: options.now ?? Date.now,
  };
}

function registryUrl(text: string, allowHttp: boolean): string {
  const what = 'the address of the registry, such as "https://prompts.example.com"';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('url', what);
  }
  if (!/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') throw invalid('url', what);
  if (url.username !== '' || url.password !== '')
    throw invalid('url', 'an address without a user name and password: the key is an option of its own');
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname) && !allowHttp)
    throw invalid(
      'url',
      'an https:// address: over http:// the key crosses the network unencrypted. In a network where that is acceptable, set "allowHttp"',
    );
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function count(name: string, given: number | undefined, usual: number, least: number): number {
  if (given === undefined) return usual;
  if (typeof given !== 'number' || !(given >= least)) throw invalid(name, `a number of at least ${least}`);
  return given;
}

function invalid(name: string, what: string): PromptForgeError {
  return new PromptForgeError('invalid_options', `The option "${name}" must be ${what}.`);
}
