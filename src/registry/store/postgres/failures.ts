/** What can go wrong between the registry and PostgreSQL (SQLSTATE codes: postgresql.org/docs/current/errcodes-appendix.html). */
import { DatabaseError } from 'pg';
import { Problem } from '../../../core/problem.ts';

/** There was no connection, or it went away before the answer came. */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  /** Whether it was given up after a time, not lost. */
  readonly timedOut: boolean;

  constructor(cause: unknown, timedOut: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.timedOut = timedOut;
  }
}

/** The SQLSTATE of an answer of the database; undefined for everything else. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof ConnectionFailure) return sqlState(error.cause);
  return error instanceof DatabaseError ? error.code : undefined;
}

/** Whether the database itself refused the statement and goes on with the connection. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity !== 'FATAL' && error.severity !== 'PANIC';
}

/** Returns whether to make the transaction again: after serialization failures, deadlocks, and errors in statement names. */
export function isWorthAnotherTry(error: unknown): boolean {
  return (
    ['40001', '40P01'].includes(sqlState(error) ?? '') || isOutdatedPlan(error) || isStatementNameError(error)
  );
}

/** Returns whether a named statement has other columns than when the database was told of it: the schema was changed. */
export function isOutdatedPlan(error: unknown): boolean {
  return (
    error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery'
  );
}

/**
 * Returns whether the database does not know a statement by its name, or knew it before it was told: somebody else gives this
 * connection's statements up (DEALLOCATE), or it leads to another process of the database than before.
 */
export function isStatementNameError(error: unknown): boolean {
  return ['26000', '42P05'].includes(sqlState(error) ?? '');
}

/** Whether the server takes no connection at all, for now: it is down, unreachable, starting or going down. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof ConnectionFailure)) return false;
  const state = sqlState(error);
  return state === undefined || state.startsWith('08') || state.startsWith('57P');
}

/** A `Problem` for what may pass by itself, by an operator's hand or by asking differently; anything else as it is. */
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

/** The one case in which nobody knows: the connection went away between COMMIT and its answer. */
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

/** Another process has brought the schema forward while this one was running: it may not know what its writes must say there. */
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
