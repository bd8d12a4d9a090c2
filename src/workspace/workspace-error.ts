/** The errors of a working copy's files, as one closed union of reasons. Positions are 1-based. */
import { systemErrorReason } from '../disk/system-error.ts';

export const WORKSPACE_REASONS = [
  /** There is no promptforge.json. */
  'no_project',
  'invalid_project_file',
  /** promptforge.json contains a key or a password. */
  'secret_in_project_file',
  'invalid_lock_file',
  /** A path or a link leads out of the folder it must stay in. */
  'outside',
  'file_missing',
  'file_exists',
  'unreadable',
  'not_writable',
  /** The registry has the new version, but the lock file does not include it. */
  'lock_not_written',
] as const;

export type WorkspaceReason = (typeof WORKSPACE_REASONS)[number];

export interface FilePosition {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** `message` begins with the file and, if it is known, the position in it. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
  readonly reason: WorkspaceReason;
  /** Absolute. */
  readonly file: string;
  readonly place: FilePosition | undefined;

  constructor(
    reason: WorkspaceReason,
    file: string,
    message: string,
    options: ErrorOptions & { readonly place?: FilePosition | undefined; readonly shownAs?: string } = {},
  ) {
    const { place, shownAs = file } = options;
    const at = place === undefined ? shownAs : `${shownAs}:${place.line}:${place.column}`;
    super(`${at}: ${message}`, options);
    this.reason = reason;
    this.file = file;
    this.place = place;
  }

  /** Returns true if `error` is a WorkspaceError, and for one of `reasons` if any are given. */
  static is(error: unknown, ...reasons: readonly WorkspaceReason[]): error is WorkspaceError {
    return error instanceof WorkspaceError && (reasons.length === 0 || reasons.includes(error.reason));
  }
}

/** Why the system would not read or write a file, as a sentence. */
export function systemMessage(error: unknown): string {
  return `${systemErrorReason(error)}.`;
}
