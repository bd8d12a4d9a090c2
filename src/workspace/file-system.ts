/** The few things the working copy asks of a file system, so that it runs over Node's or over VS Code's. */

export interface FileSystem {
  /** Undefined when there is no such file. Fails where it is a pipe or a device, or larger than anything that is read here. */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Whole or not at all, on disk when it resolves; makes the folders above. Follows a link at `path`. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Writes a file that is put in its place by `rename`, with the permissions of the file at `like`; makes the folders
   * above. It may be half there when the process is killed, and need not be on disk.
   */
  stage(path: string, bytes: Uint8Array, like?: string): Promise<void>;
  /** As `stage`, of a file that must not be there yet: false, and nothing is done, when it is. */
  createFile(path: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Makes many files, each whole or not at all, in folders that are there. They need not be on disk.
   * @returns of each, in their order: whether it was made, false where something is there already; or why it was not
   */
  createAll(files: readonly NewFile[]): Promise<readonly (boolean | Error)[]>;
  /**
   * Makes a folder with files in it, whole or not at all, in one that is there. They need not be on disk.
   * @param mayBe asked right before it is put in its place
   * @returns whether it was made, false where something is there already or it may not be; or why it was not
   */
  createFolder(folder: NewFolder, mayBe: () => boolean): Promise<boolean | Error>;
  /** On disk when it resolves: files that were written, and what their folders hold. Those that are gone do not matter. */
  flush(paths: readonly string[]): Promise<void>;
  /** Undefined when there is no such folder. */
  list(folder: string): Promise<readonly FolderEntry[] | undefined>;
  /** Follows links. Undefined when nothing is there, or a link leads nowhere. */
  stat(path: string): Promise<FileStat | undefined>;
  /** As `stat`, of many at once: `STAT_NUMBERS` for each, in their order. */
  statAll(paths: readonly string[]): Promise<Float64Array>;
  /** The path with every link followed. Undefined when nothing is there. */
  realpath(path: string): Promise<string | undefined>;
  makeFolder(path: string): Promise<void>;
  /** Of a file; nothing happens when there is none. */
  delete(path: string): Promise<void>;
  /** With all that is in it, where it is a folder; nothing happens when there is none. */
  deleteFolder(path: string): Promise<void>;
  /** Over what is there. */
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

/** Size, modified, changed and inode as in `FileStat`; NaN where nothing is there. Ten thousand objects would take longer. */
export const STAT_NUMBERS = 4;

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly modified: number;
  /** Milliseconds since 1970, with a fraction: when its content or its permissions last changed. */
  readonly changed: number;
  /** The number of the file on its disk; 0 where the file system has none. */
  readonly inode: number;
  /** Nobody may write it. It could be replaced all the same, where its folder may be written. */
  readonly isReadOnly?: boolean;
}
