/** The operations that a working copy needs of a file system, so that it works with Node's or VS Code's. */

/** In bytes: the largest file that `readFile` reads, more than the data of a hundred thousand prompts. */
export const MOST_READ = 256 * 1024 * 1024;

export interface FileSystem {
  /**
   * Undefined if there is no such file. Rejects if it is a pipe or a device, or larger than any file that a working copy
   * reads.
   */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Writes a file atomically, on disk when it resolves. Creates parent folders. Follows a link at `path`. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Writes a file to be renamed later, with the permissions of the file at `like`; creates parent folders. It may be
   * incomplete if the process is killed, and need not be on disk.
   */
  stage(path: string, bytes: Uint8Array, like?: string): Promise<void>;
  /** Like `stage`, for a new file. Returns false, and does nothing, if the file exists. */
  createFile(path: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Creates many files, each atomically, in existing folders. They need not be on disk.
   * @returns for each, in order: true if it was created, false if something exists there already; or the error
   */
  createAll(files: readonly NewFile[]): Promise<readonly (boolean | Error)[]>;
  /**
   * Creates a folder with files in it, atomically, in an existing one. They need not be on disk.
   * @param mayBe called right before the folder is moved to its place
   * @returns true if it was created, false if something exists there already or `mayBe` returned false; or the error
   */
  createFolder(folder: NewFolder, mayBe: () => boolean): Promise<boolean | Error>;
  /** Flushes written files and the entries of their folders to disk. Ignores missing files. */
  flush(paths: readonly string[]): Promise<void>;
  /** Undefined if there is no such folder. */
  list(folder: string): Promise<readonly FolderEntry[] | undefined>;
  /** Follows links. Undefined if it does not exist, or is a broken link. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Like `stat` for many files: `STAT_NUMBERS` numbers for each, in order. */
  statAll(paths: readonly string[]): Promise<Float64Array>;
  /** The path with all links resolved. Undefined if it does not exist. */
  realpath(path: string): Promise<string | undefined>;
  makeFolder(path: string): Promise<void>;
  /** Deletes a file; does nothing if it is missing. */
  delete(path: string): Promise<void>;
  /** Deletes a folder with all its contents; does nothing if it is missing. */
  deleteFolder(path: string): Promise<void>;
  /** Replaces an existing file. */
  rename(from: string, to: string): Promise<void>;
}

/** The operations that only read. */
export type ReadableFiles = Pick<FileSystem, 'readFile' | 'stat' | 'list' | 'realpath'>;

export interface NewFile {
  readonly path: string;
  /** The path to write to first, on the same disk, before the rename. */
  readonly staged: string;
  readonly text: string;
}

export interface NewFolder {
  readonly path: string;
  /** As in `NewFile`. */
  readonly staged: string;
  /** Texts by file name in the folder. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface FolderEntry {
  /** The name without its folder. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/**
 * Numbers per file: size, modified, changed and inode as in `FileStat`; NaN if the file is missing. Ten thousand
 * objects would be slower.
 */
export const STAT_NUMBERS = 4;

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly modified: number;
  /** When its content or permissions last changed, in milliseconds since 1970, with a fraction. */
  readonly changed: number;
  /** The inode; 0 if the file system has none. */
  readonly inode: number;
  /** True if the file is read-only. It could still be replaced if its folder is writable. */
  readonly isReadOnly?: boolean;
}
