/** Reads files of virtual folders through VS Code. */
import * as vscode from 'vscode';
import {
  type FileStat,
  type FolderEntry,
  MOST_READ,
  type ReadableFiles,
} from '../../workspace/file-system.ts';
import { uriOf } from './paths.ts';

const MISSING = ['FileNotFound', 'FileNotADirectory', 'EntryNotFound'];

/** Takes paths from `pathOf`. */
export const virtualFiles: ReadableFiles = {
  async readFile(path) {
    const found = await stat(path);
    if (found === undefined) return undefined;
    if (found.size > MOST_READ) throw Object.assign(new Error('It is too large.'), { code: 'OVER_256_MIB' });
    return orNothing(vscode.workspace.fs.readFile(uriOf(path)));
  },

  stat,

  async list(folder) {
    const entries = await orNothing(vscode.workspace.fs.readDirectory(uriOf(folder)));
    return entries?.map(([name, type]): FolderEntry => ({ name, kind: kindOf(type) }));
  },

  // Providers do not say where a link leads.
  realpath: async path => ((await stat(path)) === undefined ? undefined : path),
};

async function stat(path: string): Promise<FileStat | undefined> {
  const found = await orNothing(vscode.workspace.fs.stat(uriOf(path)));
  return found && statOf(found);
}

function statOf({ type, size, mtime, ctime, permissions }: vscode.FileStat): FileStat {
  const kind = kindOf(type & ~vscode.FileType.SymbolicLink);
  return {
    kind: kind === 'link' ? 'other' : kind,
    size,
    modified: mtime,
    changed: ctime,
    inode: 0,
    isReadOnly: permissions === vscode.FilePermission.Readonly,
  };
}

function kindOf(type: vscode.FileType): FolderEntry['kind'] {
  if ((type & vscode.FileType.SymbolicLink) !== 0) return 'link';
  if (type === vscode.FileType.Directory) return 'folder';
  return type === vscode.FileType.File ? 'file' : 'other';
}

/** Returns undefined if the file does not exist; other errors are thrown. */
export async function orNothing<T>(asked: Thenable<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** True for the error of a file that does not exist. */
function isMissing(error: unknown): boolean {
  return MISSING.includes((error as Partial<vscode.FileSystemError>).code ?? '');
}
