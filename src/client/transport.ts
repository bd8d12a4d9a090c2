/**
 * One exchange with the registry, using ky: the key is only sent to the registry's origin, redirects are not followed,
 * every wait is bounded, and repeatable requests are retried. Returns the whole response, status and bytes, unparsed.
 */
import ky, { HTTPError, TimeoutError } from 'ky';
import { retryAfterMs } from '../contract/retry-after.ts';
import { Problem } from '../core/problem.ts';
import { shownUrl } from './address.ts';
import { innermost, isTls, whyFailed } from './network-words.ts';
import { RegistryUnreachable } from './unreachable.ts';

export type SendRequest = (request: Request) => Promise<Response>;

export interface RetryLimits {
  /** The number of retries after the first attempt. */
  readonly retries: number;
  /** The limit of the first wait in milliseconds, doubled for each further one, with full jitter. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** With a longer Retry-After the call fails at once, and its message says how long to wait. */
  readonly maxRetryAfterMs: number;
}

export const DEFAULT_RETRY: RetryLimits = {
  retries: 3,
  firstDelayMs: 300,
  maxDelayMs: 5_000,
  maxRetryAfterMs: 20_000,
};

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
  /** True if it changes anything in the registry. */
  readonly changing: boolean;
  /** True if sending it twice changes no more than sending it once. */
  readonly repeatable: boolean;
  /** The timeout of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

export interface TransportOptions {
  readonly fetch: SendRequest;
  readonly retry: RetryLimits;
  /** The limit of one response, in bytes. */
  readonly maxAnswerBytes: number;
}

const RETRIED_STATUSES: readonly number[] = [429, 502, 503, 504];

/**
 * Sends a request, with retries.
 * @throws RegistryUnreachable `offline`, `timeout`, `cut_off`, `cancelled`, `tls`, `redirected`, `not_a_registry` (the
 * other end does not speak HTTP) or `answer_too_large`.
 */
export async function exchange(asked: Exchange, options: TransportOptions): Promise<TransportResponse> {
  const url = shownUrl(asked.url);
  let last: TransportResponse | undefined;
  let neverArrived = true;
  const { retry } = options;
  try {
    await ky(asked.url, {
      method: asked.method,
      headers: asked.headers,
      ...(asked.body !== undefined && { body: asked.body }),
      ...(asked.signal !== undefined && { signal: asked.signal }),
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      timeout: asked.timeoutMs,
      throwHttpErrors: status => RETRIED_STATUSES.includes(status),
      retry: {
        limit: asked.repeatable ? retry.retries : 0,
        methods: ['get', 'post', 'put', 'delete'],
        statusCodes: [...RETRIED_STATUSES],
        afterStatusCodes: [429, 503],
        maxRetryAfter: retry.maxRetryAfterMs,
        backoffLimit: retry.maxDelayMs,
        delay: attempt => retry.firstDelayMs * 2 ** (attempt - 1),
        jitter: true,
        shouldRetry: ({ error }) => shouldRetry(error, retry),
      },
      fetch: async input => {
        last = undefined;
        try {
          last = await fetchWhole(input as Request, url, asked, options);
        } catch (error) {
          neverArrived &&= RegistryUnreachable.is(error) && error.neverArrived;
          throw error;
        }
        neverArrived = false;
        // ky needs only the status and the headers.
        return new Response(null, { status: last.status, headers: last.headers });
      },
    });
  } catch (error) {
    // ky throws for a status that remains after the retries, but the caller reads the response itself.
    if (!(error instanceof HTTPError && last !== undefined))
      throw asUnreachable(error, url, asked, neverArrived);
  }
  if (last === undefined) throw new TypeError('ky resolved without having fetched.');
  return last;
}

/** Undefined leaves the wait to ky, which reads both forms of Retry-After (RFC 9110, 10.2.3). */
function shouldRetry(error: Error, retry: RetryLimits): boolean | undefined {
  if (error instanceof HTTPError) {
    const wait = retryAfterMs(error.response.headers.get('retry-after'));
    return wait !== undefined && wait > retry.maxRetryAfterMs ? false : undefined;
  }
  return RegistryUnreachable.is(error, 'offline', 'cut_off');
}

async function fetchWhole(
  request: Request,
  url: string,
  asked: Exchange,
  options: TransportOptions,
): Promise<TransportResponse> {
  if (new URL(request.url).origin !== asked.url.origin)
    throw new TypeError('A request must not leave the registry’s origin.');
  let response: Response;
  try {
    response = await options.fetch(request);
    asked.signal?.throwIfAborted(); // an embedded registry may answer all the same
  } catch (error) {
    throw asUnreachable(error, url, asked);
  }
  if (
    response.type === 'opaqueredirect' ||
    (response.status >= 300 && response.status < 400 && response.status !== 304)
  ) {
    await response.body?.cancel();
    throw new RegistryUnreachable('redirected', url, redirectMessage(response, url, asked.url));
  }
  try {
    return {
      status: response.status,
      headers: response.headers,
      bytes: await readWhole(response, url, options.maxAnswerBytes),
    };
  } catch (error) {
    if (error instanceof RegistryUnreachable || asked.signal?.aborted === true || isTls(error))
      throw asUnreachable(error, url, asked);
    throw cutOff(url, asked, error);
  }
}

async function readWhole(response: Response, url: string, limit: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new RegistryUnreachable(
      'answer_too_large',
      url,
      `${url} returned more than ${limit} bytes. Check that the URL is a PromptForge registry.`,
    );
  const announced = Number(response.headers.get('content-length') ?? '0');
  if (announced > limit) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(); // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function redirectMessage(response: Response, url: string, asked: URL): string {
  const location = response.headers.get('location');
  const target = location === null ? null : URL.parse(location, asked.href);
  const where = target === null ? 'elsewhere' : `to ${target.origin}`;
  return `${url} redirects ${where}. The redirect was not followed, so that your key is not sent to another server. If the registry has moved, set its new URL; if this is a login page, sign in to the network first.`;
}

/** The message for a failed change: it is unknown whether it arrived. */
function mayHaveHappened(asked: Exchange): string {
  return asked.changing ? ' The registry may have done it anyway: check before you repeat it.' : '';
}

/** @param neverArrived true if no attempt before this error reached the registry */
function asUnreachable(error: unknown, url: string, asked: Exchange, neverArrived = true): Error {
  if (asked.signal?.aborted === true)
    return new RegistryUnreachable(
      'cancelled',
      url,
      `The call of ${url} was canceled.${mayHaveHappened(asked)}`,
      { cause: error },
    );
  if (RegistryUnreachable.is(error) && error.neverArrived && !neverArrived)
    return new RegistryUnreachable(
      error.reason,
      url,
      `${error.message.replace(NOTHING_CHANGED, '')}${mayHaveHappened(asked)}`,
      {
        cause: error.cause,
        technical: error.technical,
      },
    );
  if (error instanceof RegistryUnreachable || Problem.is(error)) return error;
  if (error instanceof TimeoutError)
    return new RegistryUnreachable(
      'timeout',
      url,
      `${url} did not answer within ${asked.timeoutMs / 1000} s.${mayHaveHappened(asked)} Check the network, or try again later.`,
      { cause: error },
    );
  const { name, code } = innermost(error);
  const why = whyFailed(error);
  if (isTls(error))
    return new RegistryUnreachable(
      'tls',
      url,
      `No trusted connection to ${url}: ${why}. Check the URL, the clock of this machine, and that it trusts the server's certificate.`,
      { cause: error, technical: ` (${code})` },
    );
  if (name === 'HTTPParserError' || code.startsWith('HPE_'))
    return new RegistryUnreachable(
      'not_a_registry',
      url,
      `The server at ${url} does not speak HTTP. Check the URL and its port.`,
      { cause: error },
    );
  if (DROPPED.has(code)) return cutOff(url, asked, error);
  const unsent = NEVER_CONNECTED.has(code);
  return new RegistryUnreachable(
    'offline',
    url,
    `${url} cannot be reached: ${why}.${unsent && asked.changing ? NOTHING_CHANGED : ''} Check the network and the registry's URL.`,
    { cause: error, neverArrived: unsent, technical: `: ${why}` },
  );
}

const NOTHING_CHANGED = ' Nothing was changed.';

/** No connection was made, so nothing was sent. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The connection was lost, so the request may have arrived. */
const DROPPED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function cutOff(url: string, asked: Exchange, cause: unknown): RegistryUnreachable {
  return new RegistryUnreachable(
    'cut_off',
    url,
    `The connection to ${url} ended before the response was complete.${mayHaveHappened(asked)} Check the network and try again.`,
    { cause },
  );
}
