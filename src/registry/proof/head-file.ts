/**
 * The last head of the log that this registry signed, in a file beside its key and outside its database, so that
 * rewriting the database does not affect it. It also records that the log was found broken. Processes with the same key
 * file share it, so it is a small SQLite database: saved atomically, on disk before a signature leaves the process.
 */
import { hash } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { checkpoint } from '../../contract/checkpoint.ts';
import type { Checkpoint } from '../../core/checkpoint.ts';
import { systemErrorReason } from '../../disk/system-error.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import { whyUnusable } from '../store/sqlite/failures.ts';

export interface KeptHead {
  /** Incremented with each change; 0 if nothing was ever stored here. */
  readonly revision: number;
  /** The last signed head; null if there is none yet. */
  readonly checkpoint: Checkpoint | null;
  /** How the log was found broken; null if it was not, or an operator accepted it since. */
  readonly broken: FoundBroken | null;
}

export interface FoundBroken {
  /** RFC 3339 UTC */
  readonly at: string;
  readonly message: string;
}

const savedCheckpoint = checkpoint.nullable();
const savedBroken = z.object({ at: z.string(), message: z.string() }).nullable();

export interface HeadFile {
  readonly path: string;
  /** Returns true if the file at `path` is still the one that was opened: a folder may have been replaced. */
  isInPlace(): boolean;
  /** @throws DataFolderProblem `head_lost` if it cannot be read anymore */
  read(): KeptHead;
  /**
   * Saves another head, unless another process saved one since `revision`.
   * @returns true if it was saved and is on disk
   * @throws DataFolderProblem `head_lost` when it cannot be written
   */
  replace(revision: number, head: Omit<KeptHead, 'revision'>): boolean;
  /** Opens the file that is now at `path`. @throws DataFolderProblem `head_lost` if there is none */
  successor(): HeadFile;
  close(): void;
}

/** The time to wait for another process that saves, in ms. */
const BUSY_TIMEOUT = 2000;

/**
 * Path of the file with the head that a key signed: `registry-key.pem` has `registry-key.head.db` beside it. One key
 * may serve several databases, each with its own log and head.
 * @param database its address without password; undefined: the log is in the key's folder
 */
export function headFileOf(keyFile: string, database?: string): string {
  const which = database === undefined ? '' : `.${hash('sha256', database).slice(0, 12)}`;
  return `${keyFile.replace(/\.pem$/i, '')}${which}.head.db`;
}

/**
 * Opens the file, which is created, readable only by its owner, if it does not exist.
 * @throws DataFolderProblem `not_writable`; `head_lost` if it has other contents
 */
export async function openHeadFile(path: string): Promise<HeadFile> {
  try {
    await (await open(path, 'a', 0o600)).close();
    // SQLite creates its journal beside it.
    await access(dirname(path), constants.W_OK);
  } catch (cause) {
    throw new DataFolderProblem(
      'not_writable',
      `The signed head ${path} cannot be read and written: ${systemErrorReason(cause)}. The registry remembers there what it signed. Change who may write there, or name another file with --signed-head.`,
      { cause },
    );
  }
  try {
    return opened(path, new DatabaseSync(path));
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function opened(path: string, database: DatabaseSync): HeadFile {
  database.exec(
    `PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS head (
      only INTEGER PRIMARY KEY CHECK (only = 1), revision INTEGER NOT NULL, checkpoint TEXT, broken TEXT
    ) STRICT;
    INSERT OR IGNORE INTO head VALUES (1, 0, NULL, NULL);`,
  );
  const select = database.prepare('SELECT revision, checkpoint, broken FROM head');
  const update = database.prepare(
    'UPDATE head SET revision = revision + 1, checkpoint = ?, broken = ? WHERE revision = ?',
  );
  const placed = idOf(path);
  return {
    path,
    isInPlace: () => idOf(path) === placed,
    successor() {
      try {
        // The file is not created: a new one would mean that nothing was ever signed.
        if (placed === undefined || idOf(path) === undefined) throw unusable(path, undefined, GONE);
        return opened(path, new DatabaseSync(path));
      } catch (cause) {
        throw cause instanceof DataFolderProblem ? cause : unusable(path, cause);
      }
    },
    read() {
      try {
        const row = select.get();
        return {
          revision: Number(row?.['revision']),
          checkpoint: savedCheckpoint.parse(JSON.parse(String(row?.['checkpoint'] ?? 'null'))),
          broken: savedBroken.parse(JSON.parse(String(row?.['broken'] ?? 'null'))),
        };
      } catch (cause) {
        throw unusable(path, cause);
      }
    },
    replace(revision, head) {
      try {
        const values = [JSON.stringify(head.checkpoint), JSON.stringify(head.broken), revision] as const;
        const { changes } = update.run(...values);
        return Number(changes) === 1;
      } catch (cause) {
        throw unusable(path, cause);
      }
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}

/** Distinguishes a file from a later one of the same name; undefined if there is none. */
function idOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

const GONE = 'it is not there any more';

/** @param reason the message for a cause that is not from SQLite */
function unusable(
  path: string,
  cause: unknown,
  reason = whyUnusable(cause) ?? 'it holds no head of a log',
): DataFolderProblem {
  return new DataFolderProblem(
    'head_lost',
    `The signed head ${path} cannot be used: ${reason}. Without it nothing is signed, since nobody could tell whether the log was rewritten. Restore the file; if it is lost, move it away, and "promptforge accept-head" begins a new one.`,
    { cause },
  );
}
