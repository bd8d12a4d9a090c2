/** A data folder: the place of a single machine's registry. */
import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultEnvironments, type Environment } from '../core/environment.ts';
import { makeFolder } from '../disk/make-folder.ts';
import { systemErrorReason } from '../disk/system-error.ts';
import { COMMAND_LINE } from './access/caller.ts';
import { DataFolderProblem } from './data-folder-problem.ts';
import { ensureEnvironments } from './environments.ts';
import { IDENTITY_FILE } from './identity.ts';
import { keepDataFolder, type OnNarrowed } from './keep-data-folder.ts';
import { holdToMacsOf } from './proof/start-macs.ts';
import { machineClockRule, useClockRule } from './store/clock.ts';
import { isNotADatabase, isNotWritable } from './store/sqlite/failures.ts';
import { openSqliteReader, openSqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { TAIL, verifyLog } from './store/verify.ts';

export const DATABASE_FILE = 'registry.db';

export interface DataFolderOptions {
  /** True to create the folder and its database if they do not exist; default: true. */
  readonly create?: boolean;
  /** The policies of a new registry; production asks for one approval by default. */
  readonly environments?: readonly Environment[];
  readonly now?: () => Date;
  /** True to refuse an event whose time is not trusted; default: true unless `now` is given. */
  readonly checksClock?: boolean;
  /** The machine's uptime, in seconds; for tests. */
  readonly uptime?: () => number;
  readonly onNarrowed?: OnNarrowed;
  /** True to write nothing, not even to create or migrate; default: false. */
  readonly readOnly?: boolean;
}

/**
 * Opens the registry in `folder`, which other processes may also have open, and verifies the end of its log.
 * @throws DataFolderProblem if the folder cannot be created, read or written, is not a registry, is from a newer
 * PromptForge, has a modified log, or is accessible to others and cannot be restricted
 */
export async function openDataFolder(folder: string, options: DataFolderOptions = {}): Promise<Store> {
  const { readOnly = false, now = () => new Date() } = options;
  const { create = !readOnly, environments = defaultEnvironments(1) } = options;
  const { checksClock = options.now === undefined, uptime } = options;
  const file = join(folder, DATABASE_FILE);
  const rights = readOnly ? constants.R_OK : constants.R_OK | constants.W_OK;
  await checkFolder(folder, create, rights);
  if (!create) await checkFile(file, create, rights);
  await keepDataFolder(folder, options.onNarrowed);
  await checkFile(file, create, rights);
  let store: Store;
  try {
    store = await (readOnly ? openSqliteReader(file, now) : openSqliteStore(file, now));
  } catch (error) {
    throw explained(error, folder, file);
  }
  try {
    if (checksClock) useClockRule(store, machineClockRule(now, uptime));
    await verifyLog(store, TAIL);
    await holdToMacsOf(store, join(folder, IDENTITY_FILE), options.onNarrowed);
    if (!readOnly) await ensureEnvironments(store, COMMAND_LINE, environments);
    return store;
  } catch (error) {
    await store.close();
    throw explained(error, folder, file);
  }
}

/** @param rights as for `access` */
async function checkFolder(folder: string, create: boolean, rights: number): Promise<void> {
  if (create) {
    try {
      await makeFolder(folder, 0o700);
    } catch (cause) {
      throw new DataFolderProblem(
        'not_writable',
        `The data folder ${folder} cannot be made: ${reason(cause)}. Choose another, or change who may write there.`,
        { cause },
      );
    }
  }
  try {
    await access(folder, rights | constants.X_OK);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw noRegistry(folder);
    throw notWritable(folder, cause);
  }
}

async function checkFile(file: string, create: boolean, rights: number): Promise<void> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw notADatabase(file);
    await access(file, rights);
  } catch (cause) {
    if (cause instanceof DataFolderProblem) throw cause;
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw notWritable(file, cause);
    if (!create) throw noRegistry(file);
    await makeFile(file);
  }
}

/**
 * Creates the empty file, readable only by its owner, because it will hold prompts and hashes of keys. SQLite's files
 * beside it get the same mode.
 */
async function makeFile(file: string): Promise<void> {
  try {
    await (await open(file, 'a', 0o600)).close();
  } catch (cause) {
    throw notWritable(file, cause);
  }
}

/** The error with its file, so that the operator knows where to look; an error about another file already names it. */
function explained(error: unknown, folder: string, file: string): unknown {
  if (DataFolderProblem.is(error, 'not_a_key', 'not_private', 'not_writable')) return error;
  if (DataFolderProblem.is(error))
    return new DataFolderProblem(error.code, `${file}: ${error.message}`, { cause: error });
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isNotADatabase(cause)) return notADatabase(file, cause);
  if (isNotWritable(cause)) return notWritable(folder, cause);
  return error;
}

function noRegistry(path: string): DataFolderProblem {
  return new DataFolderProblem(
    'not_found',
    `There is no registry at ${path}. Check the path, or start one there with "promptforge serve --data".`,
  );
}

function notADatabase(file: string, cause?: unknown): DataFolderProblem {
  return new DataFolderProblem(
    'not_a_database',
    `${file} is not a PromptForge registry, or it is damaged. Choose another data folder, or restore this one from a backup.`,
    { cause },
  );
}

function notWritable(path: string, cause: unknown): DataFolderProblem {
  return new DataFolderProblem(
    'not_writable',
    `${path} cannot be read and written: ${reason(cause)}. Change who may write there, or choose another data folder.`,
    { cause },
  );
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'no folder can be made there' : systemErrorReason(error);
}
