/** The few things the working copy asks of a file system, so that it runs over Node's or over VS Code's. */

export interface FileSystem {
  /** Undefined when there is no such file. */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Whole or not at all, on disk when it resolves; makes the folders above. Follows a link at `path`. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is no such folder. */
  list(folder: string): Promise<readonly FolderEntry[] | undefined>;
  /** Follows links. Undefined when nothing is there, or a link leads nowhere. */
  stat(path: string): Promise<FileStat | undefined>;
  /** The path with every link followed. Undefined when nothing is there. */
  realpath(path: string): Promise<string | undefined>;
  /** Of a file; nothing happens when there is none. */
  delete(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

export interface FolderEntry {
  /** Without its folder. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  readonly size: number;
}
