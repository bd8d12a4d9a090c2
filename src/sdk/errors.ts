/** Errors of this package, with one closed set of codes. */

export type ErrorCode =
  /** An option is missing or of the wrong kind. */
  | 'invalid_options'
  /** Not a prompt's name, channel or version. */
  | 'invalid_name'
  /** No key, not a key, or one that the registry does not take (HTTP 401). */
  | 'key_refused'
  /** The key, an answer or a snapshot belongs to another environment. */
  | 'wrong_environment'
  /** The environment serves no such channel or version to this key (HTTP 403). */
  | 'access_denied'
  | 'prompt_not_found'
  | 'version_not_found'
  | 'channel_unset'
  | 'missing_input'
  | 'invalid_input'
  /** The template cannot be evaluated. */
  | 'invalid_source'
  | 'too_expensive'
  /** HTTP 429; `retryAfter` is the time to wait. */
  | 'rate_limited'
  /** The registry answers that it cannot serve now (HTTP 5xx). */
  | 'unavailable'
  /** No connection, or one that broke. */
  | 'unreachable'
  | 'timeout'
  /** The caller's own signal. */
  | 'aborted'
  /** Another server answers there: a login page, a proxy, another API. */
  | 'not_a_registry'
  /** The registry does not know this call: it is older, or a process that only delivers. */
  | 'unsupported'
  /** Not a snapshot, or one of another registry or environment. */
  | 'invalid_snapshot'
  /** The storage cannot be read or written, or has other contents. */
  | 'storage_failed'
  /** A function given as a hook threw. */
  | 'hook_failed';

export interface ErrorDetails {
  /** Of the registry's answer. */
  readonly status?: number | undefined;
  /** The code of the registry's problem document (RFC 9457), which is more exact than `code`. */
  readonly problem?: string | undefined;
  /** Seconds to wait before asking again. */
  readonly retryAfter?: number | undefined;
  /** Under which the registry's log has the request. */
  readonly requestId?: string | undefined;
  /** Names of inputs (`missing_input`). */
  readonly missing?: readonly string[] | undefined;
}

/** The only error class of this package; `message` explains what is wrong and what to do. It never contains a key. */
export class PromptForgeError extends Error {
  static {
    // For printing, even if the code is minified.
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
