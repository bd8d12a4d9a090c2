/**
 * The files of a virtual folder, through VS Code: a repository that is opened without a clone, for example. PromptForge's
 * own data about the folder (`.promptforge`) stays on this machine's disk, because it would otherwise be part of what is
 * committed there, and because a disk can create a file only if there is none.
 */
import { basename, join, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { type FileSystem, type ReadableFiles, STAT_NUMBERS } from '../../workspace/file-system.ts';
import { inTurns } from '../../workspace/in-turns.ts';
import { LOCAL_FOLDER } from '../../workspace/local-folder.ts';
import { lastChange, noteChange } from './noted-changes.ts';
import { uriOf } from './paths.ts';
import { orNothing, virtualFiles } from './virtual-files.ts';

/** Requests at a time: a provider may ask a server for each. */
const AT_ONCE = 32;
/** In ms: the maximum time to undo a write that failed. */
const UNDO_MS = 10_000;

/**
 * @param root the path of the project's folder, from `pathOf`
 * @param own the folder on disk for what the project would keep in `.promptforge`
 * @param disk the file system of `own`
 */
export function virtualFileSystem(root: string, own: string, disk: FileSystem): FileSystem {
  const { fs } = vscode.workspace;
  const local = join(root, LOCAL_FOLDER);
  /** The path on disk of PromptForge's own data; undefined for any other file. */
  const onDisk = (path: string): string | undefined =>
    path === local || path.startsWith(local + sep) ? own + path.slice(local.length) : undefined;

  /** Reads on the disk what is kept there. */
  const read = <T>(path: string, operation: (files: ReadableFiles) => (path: string) => Promise<T>) => {
    const there = onDisk(path);
    return there === undefined ? operation(virtualFiles)(path) : operation(disk)(there);
  };
  const stat = (path: string) => read(path, files => files.stat);
  const readFile = (path: string) => read(path, files => files.readFile);
  const writeFile = async (path: string, bytes: Uint8Array): Promise<void> => {
    const there = onDisk(path);
    if (there !== undefined) return disk.writeFile(there, bytes);
    await replace(path, bytes, await virtualFiles.readFile(path));
  };
  const remove = async (path: string, recursive: boolean): Promise<void> => {
    const there = onDisk(path);
    if (there !== undefined) return recursive ? disk.deleteFolder(there) : disk.delete(there);
    noteChange(path);
    await orNothing(fs.delete(uriOf(path), { recursive, useTrash: false }));
  };

  return {
    readFile,
    writeFile,
    stat,
    // Of PromptForge's own data, too: its links are not followed either.
    realpath: async path => ((await stat(path)) === undefined ? undefined : path),
    list: path => read(path, files => files.list),

    async stage(path, bytes, like) {
      const there = onDisk(path);
      if (there === undefined) return writeFile(path, bytes);
      // Permissions of virtual files cannot be set.
      await disk.stage(there, bytes, like === undefined ? undefined : onDisk(like));
    },

    async createFile(path, bytes) {
      const there = onDisk(path);
      if (there !== undefined) return disk.createFile(there, bytes);
      if ((await stat(path)) !== undefined) return false;
      await writeFile(path, bytes);
      return true;
    },

    async createAll(files) {
      const outcomes: (boolean | Error)[] = [];
      await inTurns(files, AT_ONCE, async ({ path, text }, index) => {
        try {
          const isFree = (await stat(path)) === undefined;
          if (isFree) await replace(path, Buffer.from(text), undefined);
          outcomes[index] = isFree;
        } catch (error) {
          outcomes[index] = error as Error;
        }
      });
      return outcomes;
    },

    // No provider can create a folder with its files at once, so that its files are created one by one.
    createFolder: async () => false,

    async flush(paths) {
      await disk.flush(paths.flatMap(path => onDisk(path) ?? []));
    },

    async statAll(paths) {
      const numbers = new Float64Array(paths.length * STAT_NUMBERS).fill(Number.NaN);
      await inTurns(paths, AT_ONCE, async (path, index) => {
        // Reading the file reports why it cannot be looked up.
        const found = await stat(path).catch(() => undefined);
        // A file whose provider knows no time is always read.
        if (found === undefined || found.modified === 0) return;
        numbers.set([found.size, found.modified, found.changed, lastChange(path)], index * STAT_NUMBERS);
      });
      return numbers;
    },

    async makeFolder(path) {
      const there = onDisk(path);
      await (there === undefined ? fs.createDirectory(uriOf(path)) : disk.makeFolder(there));
    },

    delete: path => remove(path, false),
    deleteFolder: path => remove(path, true),

    async rename(from, to) {
      const [source, target] = [onDisk(from), onDisk(to)];
      if (source !== undefined && target !== undefined) return disk.rename(source, target);
      if (source === undefined && target === undefined)
        return fs
          .rename(uriOf(from), uriOf(to), { overwrite: true })
          .then(() => [from, to].forEach(noteChange));
      const bytes = await readFile(from);
      if (bytes === undefined) throw missing(from);
      await writeFile(to, bytes);
      await remove(from, false);
    },
  };
}

/**
 * Writes a file; VS Code creates its folders. A provider that fails midway leaves a part, which is then undone: the file
 * may have held edits that exist nowhere else.
 * @param before its bytes; undefined if there is no file
 */
async function replace(path: string, bytes: Uint8Array, before: Uint8Array | undefined): Promise<void> {
  try {
    await vscode.workspace.fs.writeFile(uriOf(path), bytes);
  } catch (error) {
    // The first error counts. VS Code waits for ever to write a file again if its provider threw the error at once.
    await Promise.race([
      undo(path, bytes, before).catch(() => {}),
      setTimeout(UNDO_MS, undefined, { ref: false }),
    ]);
    throw error;
  } finally {
    noteChange(path);
  }
}

/** Other contents than a part of `bytes` are those from before, or another program's. */
async function undo(path: string, bytes: Uint8Array, before: Uint8Array | undefined): Promise<void> {
  const now = await virtualFiles.readFile(path);
  if (now === undefined || !isPart(now, bytes)) return;
  if (before === undefined) await vscode.workspace.fs.delete(uriOf(path));
  else if (!Buffer.from(before).equals(now)) await vscode.workspace.fs.writeFile(uriOf(path), before);
}

function isPart(now: Uint8Array, bytes: Uint8Array): boolean {
  return now.length < bytes.length && Buffer.from(bytes.subarray(0, now.length)).equals(now);
}

/** An error like the disk's, for `systemErrorReason`. */
function missing(path: string): Error {
  return Object.assign(new Error(`${basename(path)} is missing.`), { code: 'ENOENT' });
}
