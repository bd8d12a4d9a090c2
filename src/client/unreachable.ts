/**
 * The reasons why a registry cannot be reached: everything but the problems that the registry itself reports. A closed
 * union, so that callers check the reason and never match a message.
 */

export const UNREACHABLE_REASONS = [
  /** No connection: no network, no such host, refused. */
  'offline',
  /** No complete response within the time limit of a call. */
  'timeout',
  /** The response ended before it was complete. */
  'cut_off',
  /** The caller's AbortSignal aborted. */
  'cancelled',
  /** The server's certificate or TLS cannot be trusted. */
  'tls',
  /** A gateway or the registry still reports after retries that it cannot serve now. */
  'unavailable',
  /** A redirect, which is never followed: it could carry the key elsewhere. */
  'redirected',
  /** A server that is not a PromptForge registry answered. */
  'not_a_registry',
  'older_api',
  'newer_api',
  /** The registry's response does not match the API. */
  'wrong_shape',
  /** The response is larger than the client accepts. */
  'answer_too_large',
  /** A source does not have the digest that the registry reported for it. */
  'digest_mismatch',
  /** No key may be sent to the URL. */
  'address_refused',
] as const;

export type UnreachableReason = (typeof UNREACHABLE_REASONS)[number];

/** `message` names the URL (without its query) and what to do; it never contains a key. */
export class RegistryUnreachable extends Error {
  override readonly name = 'RegistryUnreachable';
  readonly reason: UnreachableReason;
  /** Origin and path of the request; the empty string if the URL itself was refused. */
  readonly url: string;
  /** True if no attempt made a connection, so nothing can have been changed. */
  readonly neverArrived: boolean;
  /** The technical part of the message, such as ` (CERT_HAS_EXPIRED)`; empty if there is none. */
  readonly technical: string;

  constructor(
    reason: UnreachableReason,
    url: string,
    message: string,
    {
      neverArrived = false,
      technical = '',
      ...options
    }: ErrorOptions & { readonly neverArrived?: boolean; readonly technical?: string } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.url = url;
    this.neverArrived = neverArrived;
    this.technical = technical;
  }

  /** Returns true for an error of this class, with one of `reasons` if any are given. */
  static is(error: unknown, ...reasons: readonly UnreachableReason[]): error is RegistryUnreachable {
    return error instanceof RegistryUnreachable && (reasons.length === 0 || reasons.includes(error.reason));
  }

  /** Returns true if the registry cannot be reached at all just now, so that cached data may be used instead. */
  static isAbsent(error: unknown): error is RegistryUnreachable {
    return RegistryUnreachable.is(error, 'offline', 'timeout', 'cut_off', 'tls', 'unavailable');
  }
}
