/**
 * Classifies failures between the registry and PostgreSQL (SQLSTATE codes:
 * postgresql.org/docs/current/errcodes-appendix.html).
 */
import { DatabaseError } from 'pg';
import { Problem } from '../../../core/problem.ts';

/** No connection could be made, or it was lost before the answer came. */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  /** True if the wait timed out; false if the connection was lost. */
  readonly timedOut: boolean;

  constructor(cause: unknown, timedOut: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.timedOut = timedOut;
  }
}

/** The SQLSTATE of an error from the database; undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof ConnectionFailure) return sqlState(error.cause);
  return error instanceof DatabaseError ? error.code : undefined;
}

/** Returns true if the database refused the statement but keeps the connection. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity !== 'FATAL' && error.severity !== 'PANIC';
}

/**
 * Returns true if the transaction should be repeated: after serialization failures, deadlocks, and errors in prepared
 * statements.
 */
export function isWorthAnotherTry(error: unknown): boolean {
  return (
    ['40001', '40P01'].includes(sqlState(error) ?? '') || isOutdatedPlan(error) || isStatementNameError(error)
  );
}

/** Returns true if a prepared statement returns other columns than before, because the schema was changed. */
export function isOutdatedPlan(error: unknown): boolean {
  return (
    error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery'
  );
}

/**
 * Returns true if the name of a prepared statement is unknown or already taken: somebody else deallocated this
 * connection's statements, or it now belongs to another process of the database.
 */
export function isStatementNameError(error: unknown): boolean {
  return ['26000', '42P05'].includes(sqlState(error) ?? '');
}

/** Returns true if the server accepts no connection now: it is down, unreachable, starting or shutting down. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof ConnectionFailure)) return false;
  const state = sqlState(error);
  return state === undefined || state.startsWith('08') || state.startsWith('57P');
}

/**
 * A `Problem` if the failure may be temporary, or if an operator or a different request can resolve it; otherwise the
 * error itself.
 */
export function asProblem(error: unknown): unknown {
  if (error instanceof ConnectionFailure)
    return unavailable("The registry's database does not answer.", error);
  switch (sqlState(error)) {
    case '40001':
    case '40P01':
    case '55P03':
      return unavailable('The registry is busy with other writes.', error);
    case '57014':
      return unavailable("The registry's database took too long.", error);
    case '53100':
      return unavailable("The disk of the registry's database is full.", error);
    case '53000':
    case '53200':
    case '53300':
      return unavailable("The registry's database has no room for more work now.", error);
    case '25006':
      return unavailable(
        "The registry's database is read-only now, as a standby is while another takes over.",
        error,
      );
    case '22021':
      return new Problem(
        'invalid_request',
        'The request has a character that no text of the registry can hold (U+0000). Remove it.',
        {},
        { cause: error },
      );
    default:
      return error;
  }
}

/** The only case with an unknown outcome: the connection was lost between COMMIT and its answer. */
export function commitUnknown(cause: unknown): Problem {
  return new Problem(
    'unavailable',
    "The connection to the registry's database was lost while the change was being saved: it may have been made or not. Send the same request again with the same Idempotency-Key, or look whether it was made before you try again.",
    {},
    { cause },
  );
}

export function closing(): Problem {
  return new Problem('unavailable', 'The registry is closing. Nothing was changed; try again soon.');
}

/** Another process migrated the schema while this one was running, so this one may not know how to write to it. */
export function broughtForward(present: number, known: number): Problem {
  return new Problem(
    'unavailable',
    `The registry's database was brought forward by a newer PromptForge (schema ${present}; this process knows ${known}). Nothing was changed; the operator must start this process with that version.`,
  );
}

export function away(): Problem {
  return new Problem(
    'unavailable',
    "The registry's database does not answer. Nothing was changed; try again soon.",
  );
}

function unavailable(what: string, cause: unknown): Problem {
  return new Problem('unavailable', `${what} Nothing was changed; try again soon.`, {}, { cause });
}
