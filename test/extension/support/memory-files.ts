/** A virtual file system: files in memory, whose changes are reported as VS Code's documentation asks of a provider. */
import { dirname } from 'node:path/posix';
import * as vscode from 'vscode';

interface File {
  readonly bytes: Uint8Array;
  readonly mtime: number;
}

export class MemoryFiles implements vscode.FileSystemProvider {
  readonly #files = new Map<string, File>();
  readonly #folders = new Set(['/']);
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #top: vscode.Uri;
  /** The files whose bytes were requested since this was emptied. */
  readonly read: string[] = [];
  /** True if changes are not reported. */
  isSilent = false;
  /** Returns the error of a write, if there is one. */
  refuse: (path: string) => Error | undefined = () => undefined;
  /** Returns the error of looking up, listing or reading a file or folder, if there is one. */
  hide: (path: string) => Error | undefined = () => undefined;
  /** True if a refused write has already replaced the file by the first half of its new contents. */
  isTorn = false;
  /** The time of all files; undefined if each has its own. */
  time: number | undefined;
  #now = Date.now();

  /** @param top any folder: its URI without a path is that of the file system */
  constructor(top: vscode.Uri) {
    this.#top = top;
  }

  /** Ends all faults. */
  recover(): void {
    this.refuse = () => undefined;
    this.hide = () => undefined;
    this.isTorn = false;
    this.isSilent = false;
    this.time = undefined;
  }

  /** All files by path. */
  get texts(): Record<string, string> {
    return Object.fromEntries(
      [...this.#files].map(([path, { bytes }]) => [path, Buffer.from(bytes).toString()]),
    );
  }

  text(path: string): string | undefined {
    return this.texts[path];
  }

  /** Writes a file as another program would. */
  put(path: string, text: string): void {
    this.#write(path, Buffer.from(text));
  }

  clear(): void {
    const gone = [...this.#files.keys()];
    this.#files.clear();
    this.#tell(vscode.FileChangeType.Deleted, ...gone);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  stat({ path }: vscode.Uri): vscode.FileStat {
    this.#check(this.hide(path));
    const file = this.#files.get(path);
    if (file !== undefined)
      return {
        type: vscode.FileType.File,
        ctime: 1,
        mtime: this.time ?? file.mtime,
        size: file.bytes.length,
      };
    if (!this.#folders.has(path)) throw vscode.FileSystemError.FileNotFound(path);
    return { type: vscode.FileType.Directory, ctime: 1, mtime: 1, size: 0 };
  }

  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    this.stat(uri);
    const inside = ([path]: readonly [string, unknown]) => path !== '/' && dirname(path) === uri.path;
    const named = (paths: Iterable<string>, type: vscode.FileType): [string, vscode.FileType][] =>
      [...paths]
        .filter(path => inside([path, type]))
        .map(path => [path.slice(path.lastIndexOf('/') + 1), type]);
    return [
      ...named(this.#files.keys(), vscode.FileType.File),
      ...named(this.#folders, vscode.FileType.Directory),
    ];
  }

  readFile({ path }: vscode.Uri): Uint8Array {
    this.read.push(path);
    this.#check(this.hide(path));
    const file = this.#files.get(path);
    if (file === undefined) throw vscode.FileSystemError.FileNotFound(path);
    return file.bytes;
  }

  /** Asynchronous: VS Code would never write a file again whose write threw an error at once. */
  async writeFile({ path }: vscode.Uri, bytes: Uint8Array): Promise<void> {
    const error = this.refuse(path);
    if (error !== undefined && this.isTorn) this.#write(path, bytes.slice(0, bytes.length / 2));
    this.#check(error);
    this.#write(path, Uint8Array.from(bytes));
  }

  createDirectory({ path }: vscode.Uri): void {
    for (let folder = path; !this.#folders.has(folder); folder = dirname(folder)) this.#folders.add(folder);
  }

  delete({ path }: vscode.Uri): void {
    this.#check(this.refuse(path));
    const gone = [...this.#files.keys()].filter(each => each === path || each.startsWith(`${path}/`));
    if (gone.length === 0 && !this.#folders.has(path)) throw vscode.FileSystemError.FileNotFound(path);
    for (const each of gone) this.#files.delete(each);
    for (const each of [...this.#folders].filter(folder => folder === path || folder.startsWith(`${path}/`)))
      this.#folders.delete(each);
    this.#tell(vscode.FileChangeType.Deleted, path);
  }

  rename(from: vscode.Uri, to: vscode.Uri): void {
    this.#check(this.refuse(to.path));
    this.#write(to.path, this.readFile(from));
    this.delete(from);
  }

  #check(error: Error | undefined): void {
    if (error !== undefined) throw error;
  }

  #write(path: string, bytes: Uint8Array): void {
    this.createDirectory(this.#top.with({ path: dirname(path) }));
    const isNew = !this.#files.has(path);
    this.#now = Math.max(Date.now(), this.#now + 1); // VS Code compares times to find changes
    this.#files.set(path, { bytes, mtime: this.#now });
    this.#tell(isNew ? vscode.FileChangeType.Created : vscode.FileChangeType.Changed, path);
  }

  #tell(type: vscode.FileChangeType, ...paths: string[]): void {
    if (this.isSilent) return;
    this.#changed.fire(paths.map(path => ({ type, uri: this.#top.with({ path }) })));
  }
}
