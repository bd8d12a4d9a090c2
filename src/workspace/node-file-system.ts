/** The file system of this machine through Node. */
import { execFile } from 'node:child_process';
import { constants, existsSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import writeFileAtomic from 'write-file-atomic';
import { makeFolder } from '../disk/make-folder.ts';
import {
  type FileStat,
  type FileSystem,
  type FolderEntry,
  MOST_READ,
  type NewFile,
  STAT_NUMBERS,
} from './file-system.ts';
import { inTurns } from './in-turns.ts';

/** The number of files from which on the whole disk is flushed, if possible, instead of each file. */
const MANY = 100;
const FLUSHED_AT_ONCE = 16;
/** Files per turn of the event loop: about two milliseconds. */
const STATS_AT_ONCE = 256;
/** In ms: a disk that takes longer per file gets many requests at a time. A local one takes a twentieth of that. */
const SLOW = 2;
/** In ms: the time after which other work runs. */
const TURN = 3;
const CREATED_AT_ONCE = 24;
/** Opening a pipe would otherwise wait for a writer. Windows has no such flag, and no such files. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** Node writes a text in one call if the encoding is given. */
const NEW = { encoding: 'utf8', flag: 'wx' } as const;
const RECURSIVE = { recursive: true, force: true };

export const nodeFileSystem: FileSystem = {
  readFile: path => orNothing(readWhole(path)),

  async writeFile(path, bytes) {
    await makeFolder(dirname(path));
    // The bytes are written by `writeFile`, which continues until all are written or fails; write-file-atomic writes
    // once, so a full disk would leave a truncated file. It then does the rest: fsync, mode and rename.
    const options = { tmpfileCreated: (temporary: string) => writeFile(temporary, bytes) };
    await writeFileAtomic(path, '', options as unknown as writeFileAtomic.Options);
  },

  async stage(path, bytes, like) {
    const mode = like === undefined ? undefined : (await orNothing(stat(like)))?.mode;
    const write = async () => {
      const file = await open(path, 'wx');
      try {
        await file.writeFile(bytes);
        if (mode !== undefined) await file.chmod(mode & 0o7777);
      } finally {
        await file.close();
      }
    };
    await withFolder(path, write);
  },

  async createFile(path, bytes) {
    try {
      await withFolder(path, () => writeFile(path, bytes, { flag: 'wx' }));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  },

  async createAll(files) {
    const outcomes: (boolean | Error)[] = [];
    await each(
      files,
      async (file, index) => {
        outcomes[index] = await create(file);
      },
      (file, index) => {
        outcomes[index] = createNow(file);
      },
    );
    // The folder in which they are staged may be gone.
    for (const [index, file] of files.entries())
      if (isNothing(outcomes[index])) outcomes[index] = await create(file);
    return outcomes;
  },

  async createFolder({ path, staged, texts }, mayBe) {
    try {
      await withFolder(staged, () => mkdir(staged));
      const files = [...texts].map(([name, text]) => [join(staged, name), text] as const);
      await each(
        files,
        ([file, text]) => writeFile(file, text, NEW),
        ([file, text]) => writeFileSync(file, text, NEW),
      );
      const isFree = !existsSync(path) && mayBe();
      if (isFree) renameSync(staged, path);
      else await rm(staged, RECURSIVE);
      return isFree;
    } catch (error) {
      await rm(staged, RECURSIVE).catch(() => {}); // the first error counts
      return error as Error;
    }
  },

  async flush(paths) {
    const [first] = paths;
    if (first !== undefined && paths.length >= MANY && (await flushedDisk(dirname(first)))) return;
    await inTurns(paths, FLUSHED_AT_ONCE, flushOne);
    if (process.platform === 'win32') return; // folders cannot be opened there
    await inTurns([...new Set(paths.map(dirname))], FLUSHED_AT_ONCE, flushOne);
  },

  async list(folder) {
    const entries = await orNothing(readdir(folder, { withFileTypes: true }));
    return entries?.map(
      (entry): FolderEntry => ({
        name: entry.name,
        kind: entry.isSymbolicLink()
          ? 'link'
          : entry.isDirectory()
            ? 'folder'
            : entry.isFile()
              ? 'file'
              : 'other',
      }),
    );
  },

  async stat(path) {
    const found = await orNothing(stat(path));
    return found && statOf(found);
  },

  async statAll(paths) {
    const found = new Float64Array(paths.length * STAT_NUMBERS).fill(Number.NaN);
    // Synchronous calls take a tenth of the time of the thread pool.
    for (const [index, path] of paths.entries()) {
      if (index > 0 && index % STATS_AT_ONCE === 0) await setImmediate();
      const stats = statNow(path);
      if (stats === undefined) continue;
      const at = index * STAT_NUMBERS;
      found[at] = stats.size;
      found[at + 1] = stats.mtimeMs;
      found[at + 2] = stats.ctimeMs;
      found[at + 3] = stats.ino;
    }
    return found;
  },

  realpath: path => orNothing(realpath(path)),
  makeFolder: path => makeFolder(path),
  delete: path => rm(path, { force: true }),
  deleteFolder: path => rm(path, RECURSIVE),
  rename,
};

/** A repository may contain a link to a device that never ends. */
async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path, READ);
  try {
    const stats = await file.stat();
    // For a folder, the system reports the error itself.
    if (!stats.isFile() && !stats.isDirectory()) throw refused('NOT_A_FILE', path);
    if (stats.size > MOST_READ) throw refused('OVER_256_MIB', path);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** An error like the system's, for `systemErrorReason`. */
function refused(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/**
 * Synchronous calls take a quarter of the time of the thread pool, but block this thread, so it yields every few
 * milliseconds, and uses the thread pool for a slow disk.
 */
async function each<T>(
  items: readonly T[],
  later: (item: T, index: number) => Promise<void>,
  now: (item: T, index: number) => void,
): Promise<void> {
  let pause = performance.now();
  let begun = 0;
  for (const item of items) {
    const start = performance.now();
    now(item, begun);
    begun += 1;
    const end = performance.now();
    if (end - start > SLOW) break;
    if (end - pause < TURN) continue;
    await setImmediate();
    pause = performance.now();
  }
  await setImmediate();
  await inTurns(items.slice(begun), CREATED_AT_ONCE, (item, index) => later(item, begun + index));
}

function createNow({ path, staged, text }: NewFile): boolean | Error {
  try {
    writeFileSync(staged, text, NEW);
    const isFree = !existsSync(path);
    if (isFree) renameSync(staged, path);
    else rmSync(staged);
    return isFree;
  } catch (error) {
    try {
      rmSync(staged, { force: true });
    } catch {
      // The first error counts.
    }
    return error as Error;
  }
}

async function create({ path, staged, text }: NewFile): Promise<boolean | Error> {
  try {
    await withFolder(staged, () => writeFile(staged, text, NEW));
    const isFree = (await orNothing(stat(path))) === undefined;
    await (isFree ? rename(staged, path) : rm(staged));
    return isFree;
  } catch (error) {
    await rm(staged, { force: true }).catch(() => {}); // the first error counts
    return error as Error;
  }
}

function statOf(stats: Stats): FileStat {
  const kind: FileStat['kind'] = stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other';
  return {
    kind,
    size: stats.size,
    modified: stats.mtimeMs,
    changed: stats.ctimeMs,
    inode: stats.ino,
    isReadOnly: (stats.mode & 0o222) === 0,
  };
}

const OR_NOTHING = { throwIfNoEntry: false } as const;

function statNow(path: string): Stats | undefined {
  try {
    return statSync(path, OR_NOTHING);
  } catch (error) {
    if (isNothing(error)) return undefined;
    throw error;
  }
}

/** Creates the folders only if they are missing: most exist. */
async function withFolder(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    await write();
  }
}

/** Flushes the whole disk with a command that calls syncfs(2), which Node lacks. False if there is no such command. */
async function flushedDisk(folder: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return promisify(execFile)('sync', ['-f', folder]).then(
    () => true,
    () => false, // then each file is flushed by itself
  );
}

async function flushOne(path: string): Promise<void> {
  const file = await orNothing(open(path, 'r'));
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
}

/** Returns undefined if the file does not exist; other errors are thrown. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isNothing(error)) return undefined;
    throw error;
  }
}

function isNothing(error: unknown): boolean {
  const { code } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
