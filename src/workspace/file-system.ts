/** The few things the working copy asks of a file system, so that it runs over Node's or over VS Code's. */

export interface FileSystem {
  /** Undefined if there is no such file. Fails if it is a pipe or a device, or larger than any file that is read here. */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Atomic, and on disk when it resolves; creates parent folders. Follows a link at `path`. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Writes a file that `rename` puts in its place, with the permissions of the file at `like`; creates parent folders.
   * It may be incomplete if the process is killed, and need not be on disk.
   */
  stage(path: string, bytes: Uint8Array, like?: string): Promise<void>;
  /** As `stage`, of a file that must not be there yet: false, and nothing is done, when it is. */
  createFile(path: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Creates many files, each atomically, in existing folders. They need not be on disk.
   * @returns for each, in order: true if it was created, false if something exists there already; or the error
   */
  createAll(files: readonly NewFile[]): Promise<readonly (boolean | Error)[]>;
  /**
   * Creates a folder with files in it, atomically, in an existing one. They need not be on disk.
   * @param mayBe called right before it is put in its place
   * @returns true if it was created, false if something exists there already or `mayBe` returned false; or the error
   */
  createFolder(folder: NewFolder, mayBe: () => boolean): Promise<boolean | Error>;
  /** On disk when it resolves: files that were written, and what their folders hold. Those that are gone do not matter. */
  flush(paths: readonly string[]): Promise<void>;
  /** Undefined when there is no such folder. */
  list(folder: string): Promise<readonly FolderEntry[] | undefined>;
  /** Follows links. Undefined if it does not exist, or is a broken link. */
  stat(path: string): Promise<FileStat | undefined>;
  /** As `stat`, of many at once: `STAT_NUMBERS` for each, in their order. */
  statAll(paths: readonly string[]): Promise<Float64Array>;
  /** The path with all links resolved. Undefined if it does not exist. */
  realpath(path: string): Promise<string | undefined>;
  makeFolder(path: string): Promise<void>;
  /** Of a file; nothing happens when there is none. */
  delete(path: string): Promise<void>;
  /** With all its contents; does nothing if it is missing. */
  deleteFolder(path: string): Promise<void>;
  /** Replaces an existing file. */
  rename(from: string, to: string): Promise<void>;
}

export interface NewFile {
  readonly path: string;
  /** The file that is written first, on the same disk, and then renamed. */
  readonly staged: string;
  readonly text: string;
}

export interface NewFolder {
  readonly path: string;
  /** As of `NewFile`. */
  readonly staged: string;
  /** By their names in it. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface FolderEntry {
  /** Without its folder. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** Size, modified, changed and inode as in `FileStat`; NaN if the file is missing. Ten thousand objects would be slower. */
export const STAT_NUMBERS = 4;

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly modified: number;
  /** Milliseconds since 1970, with a fraction: when its content or its permissions last changed. */
  readonly changed: number;
  /** The inode; 0 if the file system has none. */
  readonly inode: number;
  /** The file is read-only. It could still be replaced if its folder is writable. */
  readonly isReadOnly?: boolean;
}
