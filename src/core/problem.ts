/**
 * The domain's errors, as one closed union of codes. Every folder throws `Problem`, so that callers check the code and
 * never match a message.
 */

/** A place in a source: 1-based line and column (UTF-16 code units), 0-based offset, end exclusive. */
export interface SourceRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** An error in a prompt's source, with its place. */
export interface SourceIssue extends SourceRange {
  /** One of `SOURCE_ERROR_CODES`, or a newer registry's code; absent if only rendering finds the error. */
  readonly code?: string | undefined;
  readonly message: string;
}

/** Problems of every call that requires a key. */
export const KEY_PROBLEMS = [
  'key_missing',
  'key_malformed',
  'key_unknown',
  'key_revoked',
  'key_expired',
  'role_too_low',
] as const;

/** The codes of docs/api.md, in the order of their HTTP status, then those that never cross HTTP. */
export const PROBLEM_CODES = [
  ...KEY_PROBLEMS,
  'wrong_environment',
  'publishing_not_allowed',
  'webhooks_not_served',
  'channel_not_served',
  'version_not_released',
  'prompt_not_found',
  'version_not_found',
  'promotion_not_found',
  'release_not_found',
  'comment_not_found',
  'owners_change_not_found',
  'environment_not_found',
  'key_not_found',
  'webhook_not_found',
  'route_not_found',
  'channel_unset',
  'not_live_yet',
  'method_not_allowed',
  'not_acceptable',
  'base_outdated',
  'pointer_moved',
  'self_approval',
  'already_approved',
  'promotion_closed',
  'part_of_release',
  'too_few_approvals',
  'owner_needed',
  'owners_changed',
  'owners_change_closed',
  'not_promoted_from',
  'prompt_archived',
  'name_taken',
  'already_live',
  'key_ended',
  'too_large',
  'unsupported_media_type',
  'invalid_source',
  'invalid_request',
  'invalid_name',
  'owners_locked_out',
  'idempotency_key_reused',
  'missing_input',
  'invalid_input',
  'too_expensive',
  'rate_limited',
  'queue_full',
  'internal_error',
  'log_broken',
  'unavailable',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Further data of a problem beside its message; each field is part of the API's problem document. */
export interface ProblemDetails {
  /** Places in the source (invalid_source, too_expensive). */
  readonly issues?: readonly SourceIssue[];
  /** Names of the missing inputs (missing_input). */
  readonly missing?: readonly string[];
  /** The newest version's number and digest (base_outdated). */
  readonly newest?: { readonly version: number; readonly digest: string } | null;
  /** The version that a pointer points to now, null if unset (pointer_moved). */
  readonly current?: number | null;
  /** An existing prompt: the conflicting one (name_taken), or a suggestion (prompt_not_found). */
  readonly existing?: string;
  /** When a channel first had a version, RFC 3339 (not_live_yet); null if it never had one. */
  readonly firstLiveAt?: string | null;
  /** Invalid fields of a request, as JSON pointers with a message (invalid_request, invalid_input). */
  readonly fields?: readonly { readonly pointer: string; readonly message: string }[];
  /** The promotions for which a whole release was refused, and why each (any code of a promotion). */
  readonly refused?: readonly {
    readonly prompt: string;
    readonly version: number;
    readonly code: ProblemCode;
    readonly detail: string;
  }[];
  /** Seconds to wait (rate_limited, queue_full, unavailable). */
  readonly retryAfter?: number;
}

/** Thrown by domain functions that refuse an operation; `message` explains what is wrong and what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  /** Returns whether `error` is a problem, with one of `codes` if any are given. */
  static is(error: unknown, ...codes: readonly ProblemCode[]): error is Problem {
    return error instanceof Problem && (codes.length === 0 || codes.includes(error.code));
  }
}
