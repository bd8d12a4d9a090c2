/** Errors of this package, with one closed set of codes. */

export type ErrorCode =
  /** An option is missing or of the wrong kind. */
  | 'invalid_options'
  /** The name, channel or version is invalid. */
  | 'invalid_name'
  /** The key is malformed or rejected by the registry (HTTP 401), or the function `key` threw. */
  | 'key_refused'
  /** The key or a response belongs to another environment. */
  | 'wrong_environment'
  /** The registry does not serve this channel or version to the key (HTTP 403). */
  | 'access_denied'
  | 'prompt_not_found'
  | 'version_not_found'
  | 'channel_unset'
  | 'missing_input'
  | 'invalid_input'
  /** The template cannot be evaluated, or an adapter needs the model that the prompt does not declare. */
  | 'invalid_source'
  | 'too_expensive'
  /** The registry limits requests (HTTP 429); `retryAfter` is the time to wait. */
  | 'rate_limited'
  /** The registry cannot serve now (HTTP 5xx), or its data is older than the limits allow. */
  | 'unavailable'
  /** There was no connection, or it broke. */
  | 'unreachable'
  | 'timeout'
  /** The caller's signal aborted. */
  | 'aborted'
  /** Another server answers at the URL: a login page, a proxy, another API. */
  | 'not_a_registry'
  /** The registry does not support this call: it is an earlier release, or a process that only delivers. */
  | 'unsupported'
  /** The snapshot is malformed, or from another registry or environment. */
  | 'invalid_snapshot'
  /** The storage cannot be read or written, or its contents are invalid. */
  | 'storage_failed'
  /** A hook threw. */
  | 'hook_failed';

export interface ErrorDetails {
  /** The HTTP status of the response. */
  readonly status?: number | undefined;
  /** The code of the registry's problem document (RFC 9457), which is more exact than `code`. */
  readonly problem?: string | undefined;
  /** Seconds to wait before the next request. */
  readonly retryAfter?: number | undefined;
  /** The request's id in the registry's server log, from the header Request-Id. */
  readonly requestId?: string | undefined;
  /** The names of the missing inputs (`missing_input`). */
  readonly missing?: readonly string[] | undefined;
}

/** The only error class of this package; `message` explains what is wrong and what to do. It never contains a key. */
export class PromptForgeError extends Error {
  static {
    // Printed errors show this name, even if the code is minified.
    Object.defineProperty(PromptForgeError, 'name', { value: 'PromptForgeError' });
  }

  override readonly name = 'PromptForgeError';
  readonly code: ErrorCode;
  declare readonly status?: number;
  declare readonly problem?: string;
  declare readonly retryAfter?: number;
  declare readonly requestId?: string;
  declare readonly missing?: readonly string[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    // Unknown details stay absent, so that a printed error shows only the known ones.
    for (const [name, value] of Object.entries(details))
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
  }

  /** True for an error of this package with one of `codes`, or with any code if none is given. */
  static is(error: unknown, ...codes: readonly ErrorCode[]): error is PromptForgeError {
    return error instanceof PromptForgeError && (codes.length === 0 || codes.includes(error.code));
  }
}
