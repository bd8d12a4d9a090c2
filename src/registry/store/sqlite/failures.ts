/** What SQLite's result codes (sqlite.org/rescode.html) mean to a caller of the registry. */
import { Problem } from '../../../core/problem.ts';

const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The primary result code; undefined if the error is not from SQLite. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === BUSY || code === LOCKED;
}

export function isNotADatabase(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === NOTADB || code === CORRUPT;
}

export function isNotWritable(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === READONLY || code === CANTOPEN;
}

/** The reason why SQLite cannot use a file, as a clause; undefined if the error is not from SQLite. */
export function whyUnusable(error: unknown): string | undefined {
  switch (sqliteCode(error)) {
    case undefined:
      return undefined;
    case BUSY:
    case LOCKED:
      return 'another process writes to it';
    case READONLY:
      return 'it is read-only';
    case IOERR:
      return 'the disk reports an error';
    case CORRUPT:
      return 'it is damaged';
    case FULL:
      return 'the disk is full';
    case CANTOPEN:
      return 'it cannot be opened';
    case NOTADB:
      return 'it is no database of SQLite';
    default:
      return 'it holds other tables';
  }
}

/**
 * A `Problem` `unavailable` if the failure may be temporary or an operator can resolve it; otherwise the error itself.
 */
export function asProblem(error: unknown): unknown {
  const why = whyUnavailable(sqliteCode(error));
  return why === undefined ? error : new Problem('unavailable', why, {}, { cause: error });
}

function whyUnavailable(code: number | undefined): string | undefined {
  switch (code) {
    case BUSY:
    case LOCKED:
      return 'The registry is busy with other writes. Nothing was changed; try again.';
    case FULL:
      return "The registry's disk is full. Nothing was changed; free some space and try again.";
    case READONLY:
    case IOERR:
    case CANTOPEN:
      return "The registry's data folder cannot be read or written now. Nothing was changed; try again when it can.";
    default:
      return undefined;
  }
}
