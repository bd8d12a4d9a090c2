/** A backup of a data folder: another data folder, which can be served itself. */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChainHead } from '../core/event.ts';
import { makeFolder } from '../disk/make-folder.ts';
import { systemErrorReason } from '../disk/system-error.ts';
import { DATABASE_FILE } from './data-folder.ts';
import { DataFolderProblem } from './data-folder-problem.ts';
import { IDENTITY_FILE } from './identity.ts';
import { keepDataFolder, type OnNarrowed } from './keep-data-folder.ts';
import { isNotADatabase } from './store/sqlite/failures.ts';
import { takeSnapshot } from './store/sqlite/snapshot.ts';

export interface Backup {
  /** The head of the backed-up log, which includes everything acknowledged before the backup began. */
  readonly head: ChainHead;
  /** True if the data folder had the registry's own key, which is then in the backup too. */
  readonly key: boolean;
}

/**
 * Creates the folder `output` with the current contents of `folder`, even while that is served, and verifies its whole
 * log. Atomic, and readable only by its owner.
 * @throws DataFolderProblem if there is no registry, `output` exists already or cannot be written, or the log is broken
 */
export async function backUp(folder: string, output: string, onNarrowed?: OnNarrowed): Promise<Backup> {
  const file = join(folder, DATABASE_FILE);
  if (!(await exists(file)))
    throw new DataFolderProblem('not_found', `There is no registry at ${file}. Check the path.`);
  if (await exists(output))
    throw new DataFolderProblem(
      'not_writable',
      `${output} is there already. Name a folder that is not there yet: a backup replaces nothing.`,
    );
  await keepDataFolder(folder, onNarrowed);
  const growing = `${output}.${process.pid}`;
  try {
    await makeFolder(dirname(output));
    await mkdir(growing, { mode: 0o700 });
    const backup = await fill(growing, folder);
    await rename(growing, output);
    await synced(dirname(output));
    return backup;
  } catch (error) {
    throw explained(error, file, output);
  } finally {
    await rm(growing, { recursive: true, force: true });
  }
}

async function fill(output: string, folder: string): Promise<Backup> {
  const copy = join(output, DATABASE_FILE);
  // Empty, and for its owner alone, before anything is in it.
  await (await open(copy, 'wx', 0o600)).close();
  // At the same time, because both wait for the disk. Both are awaited, so that nothing is written after one has
  // failed.
  const [snapshot, key] = await Promise.allSettled([
    takeSnapshot(join(folder, DATABASE_FILE), copy),
    copyKey(join(folder, IDENTITY_FILE), join(output, IDENTITY_FILE)),
  ]);
  if (snapshot.status === 'rejected') throw snapshot.reason;
  if (key.status === 'rejected') throw key.reason;
  await Promise.all([synced(copy), synced(output)]);
  return { head: snapshot.value, key: key.value };
}

async function copyKey(from: string, to: string): Promise<boolean> {
  if (!(await exists(from))) return false;
  await copyFile(from, to, constants.COPYFILE_EXCL);
  await using handle = await open(to, 'r+');
  await handle.chmod(0o600);
  await handle.sync();
  return true;
}

/** Flushes a file, or a folder with its entries, to disk. Windows cannot open folders, and need not. */
async function synced(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(path, 'r');
  await handle.sync();
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw notWritable(path, error);
  }
}

function explained(error: unknown, file: string, output: string): unknown {
  if (DataFolderProblem.is(error, 'chain_broken'))
    return new DataFolderProblem(error.code, `${file}: ${error.message}`, { cause: error });
  if (DataFolderProblem.is(error)) return error;
  if (isNotADatabase(error))
    return new DataFolderProblem(
      'not_a_database',
      `${file} is not a PromptForge registry, or it is damaged. Nothing was backed up.`,
      { cause: error },
    );
  return notWritable(output, error);
}

function notWritable(path: string, cause: unknown): DataFolderProblem {
  return new DataFolderProblem(
    'not_writable',
    `${path} cannot be read or written: ${systemErrorReason(cause)}. Nothing was backed up.`,
    { cause },
  );
}
