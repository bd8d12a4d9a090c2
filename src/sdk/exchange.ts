/**
 * One request to the registry with its retries, within one deadline. The key is only sent to the registry's own
 * address: redirects are not followed.
 */
import { retryAfterMs } from '../contract/retry-after.ts';
import { asError } from './as-error.ts';
import { PromptForgeError } from './errors.ts';
import { refusalOf } from './refusal.ts';
import type { Settings } from './settings.ts';

export interface Request {
  /** The path below the registry's URL, such as `/v1/prompts/support/triage`. */
  readonly path: string;
  readonly etag?: string | undefined;
  /** Sent as JSON, with POST. */
  readonly body?: unknown;
  /** Milliseconds beyond the client's timeout, for long polling. */
  readonly extraTime?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExchangeResponse {
  /** 200 or 304. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** In milliseconds. */
const FIRST_DELAY = 100;
const MAX_DELAY = 1000;
/** In UTF-16 code units. A resolved template has at most 4 Mi, and JSON escapes may make it six times as long. */
const MAX_ANSWER = 32 * 1024 * 1024;

/**
 * Sends a request until it succeeds or may not be retried.
 * @returns the response if its status is 200, or 304 to a request with an ETag
 * @throws PromptForgeError for any other outcome
 */
export async function exchange(settings: Settings, request: Request): Promise<ExchangeResponse> {
  const time = settings.timeout + (request.extraTime ?? 0);
  const controller = new AbortController();
  const { signal } = controller;
  const bounds = { signal, deadline: Date.now() + time, asksForKey: false };
  const timer = setTimeout(() => controller.abort(lateError(settings, time, bounds.asksForKey)), time);
  const leave = () =>
    controller.abort(new PromptForgeError('aborted', 'The request was canceled before it was answered.'));
  if (request.signal?.aborted) leave();
  request.signal?.addEventListener('abort', leave, { once: true });
  // A custom key function or fetch may ignore the signal.
  const ended = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([attempts(settings, request, bounds), ended]);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', leave);
    ended.catch(() => undefined);
    controller.abort();
  }
}

/**
 * @param time in milliseconds
 * @param isOfKey true if the function `key` took too long
 */
export function lateError({ url }: Settings, time: number, isOfKey = false): PromptForgeError {
  const [what, todo] = isOfKey
    ? ['The function "key"', 'what it waits for']
    : [url, 'the network and the registry'];
  return new PromptForgeError(
    'timeout',
    `${what} did not answer within ${time / 1000} s. Check ${todo}, or raise "timeout".`,
  );
}

interface Bounds {
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, as from `Date.now()`. */
  readonly deadline: number;
  /** True while the function `key` runs. */
  asksForKey: boolean;
}

async function attempts(settings: Settings, request: Request, bounds: Bounds): Promise<ExchangeResponse> {
  let refusedKey: string | undefined;
  for (let attempt = 0; ; attempt++) {
    const key = await currentKey(settings, bounds);
    try {
      return await once(settings, request, key, bounds.signal);
    } catch (error) {
      const wait = waitAfter(asError(error, 'unreachable', String(error)), attempt);
      // The key may just have been replaced, so the function is called once more.
      const mayBeReplaced = PromptForgeError.is(error, 'key_refused') && typeof settings.key === 'function';
      if (mayBeReplaced && refusedKey === undefined) {
        refusedKey = key;
        if ((await currentKey(settings, bounds)) !== key) continue;
      }
      if (wait === undefined || attempt >= settings.retries || Date.now() + wait >= bounds.deadline)
        throw error;
      // After an abort nobody waits for this, and a timer would keep the process alive.
      await new Promise(resolve => {
        const timer = setTimeout(resolve, wait);
        bounds.signal.addEventListener('abort', () => clearTimeout(timer));
      });
    }
  }
}

/** Milliseconds until the next attempt, with full jitter; undefined if another attempt would fail the same way. */
function waitAfter({ code, retryAfter }: PromptForgeError, attempt: number): number | undefined {
  if (code !== 'unreachable' && code !== 'unavailable' && code !== 'rate_limited') return undefined;
  const jitter = Math.random() * Math.min(MAX_DELAY, FIRST_DELAY * 2 ** attempt);
  return retryAfter === undefined ? jitter : retryAfter * 1000 + jitter;
}

async function currentKey({ key, environment }: Settings, bounds: Bounds): Promise<string> {
  let given: unknown;
  bounds.asksForKey = true;
  try {
    given = typeof key === 'function' ? await key() : key;
  } catch (cause) {
    throw new PromptForgeError('key_refused', 'The function "key" failed. See "cause".', {}, { cause });
  }
  bounds.asksForKey = false;
  const found = typeof given === 'string' ? /^pf_([a-z][a-z0-9-]{0,31})_\w+$/.exec(given.trim()) : null;
  // Anything else may be another service's secret, and is never sent.
  if (found === null)
    throw new PromptForgeError(
      'key_refused',
      'This is not a PromptForge key: it must look like pf_<environment>_<id>_<secret>. Check that you copied all of it.',
    );
  if (found[1] !== environment)
    throw new PromptForgeError(
      'wrong_environment',
      `The key is one of ${found[1]}, but this client is for ${environment}. Give it a reader key of ${environment}, or set "environment".`,
    );
  return found[0];
}

async function once(
  settings: Settings,
  request: Request,
  key: string,
  signal: AbortSignal,
): Promise<ExchangeResponse> {
  const { path, etag, body } = request;
  let response: Response;
  let text: string;
  try {
    response = await settings.fetch(settings.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Authorization: `Bearer ${key}`,
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(etag !== undefined && { 'If-None-Match': etag }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      ...uncached(),
      signal,
    });
    text = await textOf(response);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (PromptForgeError.is(cause)) throw cause;
    throw new PromptForgeError(
      'unreachable',
      `${settings.url} cannot be reached${codeOf(cause)}. Check the URL, the network, and that the registry runs.`,
      {},
      { cause },
    );
  }
  const { status, headers } = response;
  if (status === 200 || (status === 304 && etag !== undefined)) {
    if (headers.get('promptforge-api') === '1') return { status, headers, text };
  }
  const retryAfter = retryAfterMs(headers.get('retry-after'));
  throw refusalOf({ status, headers, text, url: settings.url, key, retryAfter });
}

/**
 * Bypasses the platform's cache: a browser does not report the age of a cached response, and a framework with its own
 * cache for `fetch` may keep a response for any time.
 */
function uncached(): RequestInit {
  const init = { cache: 'no-store' } as const;
  try {
    new Request('https://a.example', init);
    return init;
  } catch {
    // Cloudflare Workers rejected this option before November 2024; they have no such cache.
    return {};
  }
}

async function textOf(response: Response): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  // Damaged bytes must throw, and not become replacement characters.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > MAX_ANSWER) {
      void reader.cancel().catch(() => undefined);
      throw new PromptForgeError(
        'not_a_registry',
        'The response is larger than any response of a registry. Check the URL.',
      );
    }
  }
}

/** The code of the innermost cause, such as ` (ECONNREFUSED)`; the platform's message is in `cause`. */
function codeOf(error: unknown): string {
  let deepest = error;
  for (let depth = 0; depth < 8 && deepest instanceof Error && deepest.cause instanceof Error; depth++)
    deepest = deepest.cause;
  const { code } = (deepest ?? {}) as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}
