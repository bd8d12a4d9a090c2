/** The file system of this machine through Node. */
import { readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { makeFolder } from '../disk/make-folder.ts';
import type { FileStat, FileSystem, FolderEntry } from './file-system.ts';

export const nodeFileSystem: FileSystem = {
  readFile: path => orNothing(readFile(path)),

  async writeFile(path, bytes) {
    await makeFolder(dirname(path));
    // The bytes go in by `writeFile`, which writes on until all are there or fails; write-file-atomic writes once,
    // so a disk that fills up would leave a short file. It then does the rest: fsync, mode and rename.
    const options = { tmpfileCreated: (temporary: string) => writeFile(temporary, bytes) };
    await writeFileAtomic(path, '', options as unknown as writeFileAtomic.Options);
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
    if (found === undefined) return undefined;
    const kind: FileStat['kind'] = found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other';
    return { kind, size: found.size };
  },

  realpath: path => orNothing(realpath(path)),
  delete: path => rm(path, { force: true }),
  rename,
};

/** What is not there is an answer; every other error is one. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
