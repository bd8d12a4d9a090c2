/**
 * The reasons why a registry cannot be reached: everything but the problems that the registry itself reports. They are
 * one closed union, so that callers check the reason and never match a message.
 */

export const UNREACHABLE_REASONS = [
  /** No connection: no network, no such host, refused. */
  'offline',
  /** No whole answer within the time a call may take. */
  'timeout',
  /** The answer ended before it was whole. */
  'cut_off',
  /** The caller's AbortSignal. */
  'cancelled',
  /** The server's certificate or its TLS is not to be trusted. */
  'tls',
  /** A gateway or the registry answered that it cannot serve now, also after retries. */
  'unavailable',
  /** A redirect, which is never followed: it could carry the key elsewhere. */
  'redirected',
  /** Another server than a PromptForge registry answered. */
  'not_a_registry',
  'older_api',
  'newer_api',
  /** A registry's answer that is not what the API promises. */
  'wrong_shape',
  /** More than the client is ready to hold. */
  'answer_too_large',
  /** A source that does not have the digest the registry gave for it. */
  'digest_mismatch',
  /** A URL that no key may be sent to. */
  'address_refused',
] as const;

export type UnreachableReason = (typeof UNREACHABLE_REASONS)[number];

/** `message` names the URL (without its query) and what to do; it never contains a key. */
export class RegistryUnreachable extends Error {
  override readonly name = 'RegistryUnreachable';
  readonly reason: UnreachableReason;
  /** Origin and path of the request; the empty string if the URL itself was refused. */
  readonly url: string;
  /** No attempt got as far as a connection, so nothing can have been changed. */
  readonly neverArrived: boolean;
  /** The part of `message` in the system's own words, such as `: connect ECONNREFUSED 127.0.0.1:7878`. */
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

  /** Returns whether `error` is one of these, and for one of `reasons` when any are given. */
  static is(error: unknown, ...reasons: readonly UnreachableReason[]): error is RegistryUnreachable {
    return error instanceof RegistryUnreachable && (reasons.length === 0 || reasons.includes(error.reason));
  }

  /** Returns true if the registry cannot be reached at all just now, so that cached data may be used instead. */
  static isAbsent(error: unknown): error is RegistryUnreachable {
    return RegistryUnreachable.is(error, 'offline', 'timeout', 'cut_off', 'tls', 'unavailable');
  }
}
