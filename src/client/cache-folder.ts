/**
 * A folder of files that can be fetched again, bounded in bytes: the least recently used are deleted first. Several
 * processes may share it. Nothing here rejects: a cache that cannot be read or written is treated as empty.
 */
import { open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { makeFolder } from '../disk/make-folder.ts';

export interface CacheLimits {
  /** The limit of the whole folder, by size on disk. */
  readonly maxBytes: number;
}

const DEFAULT_LIMITS: CacheLimits = { maxBytes: 256 * 1024 * 1024 };
/** The share of the limit that is left after a deletion, so that not every write deletes. */
const LEFT = 0.8;
/** The share of the limit that this process writes before it measures the folder again. */
const UNSEEN = 1 / 16;
/** The size of the smallest file on a disk. */
const BLOCK = 4096;
/** A file's modification time records its last use, to the hour. */
const USED_MS = 3_600_000;
/** The number of files examined or deleted at a time. */
const AT_A_TIME = 32;

interface Found {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

export class CacheFolder {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #onTrouble: (message: string) => void;
  /** Bytes in the folder when it was last measured; undefined if never. */
  #measured: number | undefined;
  #writtenSince = 0;
  #sweeping: Promise<void> | undefined;

  /** `folder` is created on the first write. `onTrouble` receives read and write errors, for a log. */
  constructor(
    folder: string,
    onTrouble: (message: string) => void = () => {},
    { maxBytes }: CacheLimits = DEFAULT_LIMITS,
  ) {
    this.#folder = folder;
    this.#onTrouble = onTrouble;
    this.#maxBytes = maxBytes;
  }

  /**
   * Reads a file; undefined if it does not exist, cannot be read or is longer than `maxBytes`.
   * @param file within the folder
   * @param isUse true if the read counts as a use
   */
  async read(file: string, maxBytes: number, isUse = true): Promise<Uint8Array | undefined> {
    const path = join(this.#folder, file);
    try {
      await using handle = await open(path);
      const { size, mtimeMs } = await handle.stat();
      if (size > maxBytes) return undefined;
      const bytes = await handle.readFile();
      const now = new Date();
      if (isUse && now.getTime() - mtimeMs > USED_MS) await handle.utimes(now, now).catch(() => undefined); // on a read-only disk
      return bytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#tell(path, 'cannot be read', error);
      return undefined;
    }
  }

  async write(file: string, text: string): Promise<void> {
    const path = join(this.#folder, file);
    try {
      await makeFolder(dirname(path));
      // Without fsync: a file that a crash leaves incomplete does not match, and is dropped.
      await writeFileAtomic(path, text, { fsync: false, mode: 0o600 });
    } catch (error) {
      this.#tell(path, 'cannot be written', error);
      return;
    }
    this.#writtenSince += onDisk(Buffer.byteLength(text));
    const mayBeFull = (this.#measured ?? Number.POSITIVE_INFINITY) + this.#writtenSince > this.#maxBytes;
    if (mayBeFull || this.#writtenSince > this.#maxBytes * UNSEEN) void this.#sweep();
  }

  /** Marks a file as used. Returns true if it exists. */
  async touch(file: string): Promise<boolean> {
    const now = new Date();
    return utimes(join(this.#folder, file), now, now).then(
      () => true,
      () => false, // the caller writes it again
    );
  }

  async drop(file: string, why: string): Promise<void> {
    const path = join(this.#folder, file);
    this.#onTrouble(`The cached file ${path} ${why}; it is dropped and fetched again.`);
    await rm(path, { force: true }).catch((error: unknown) => this.#tell(path, 'cannot be deleted', error));
  }

  /** Lists all files below a subfolder, relative to this folder; empty if it does not exist. */
  async files(below: string): Promise<string[]> {
    try {
      const entries = await readdir(join(this.#folder, below), { recursive: true, withFileTypes: true });
      const start = this.#folder.length + 1;
      return entries
        .filter(entry => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(start));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#tell(join(this.#folder, below), 'cannot be read', error);
      return [];
    }
  }

  /** Resolves when no deletion is in progress. */
  async settled(): Promise<void> {
    while (this.#sweeping !== undefined) await this.#sweeping;
  }

  #sweep(): Promise<void> {
    this.#sweeping ??= this.#measureAndDelete()
      .catch((error: unknown) => this.#tell(this.#folder, 'cannot be kept within its limit', error))
      .finally(() => {
        this.#sweeping = undefined;
      });
    return this.#sweeping;
  }

  async #measureAndDelete(): Promise<void> {
    this.#writtenSince = 0;
    const found: Found[] = [];
    const paths = await this.files('');
    for (let from = 0; from < paths.length; from += AT_A_TIME) {
      const part = paths.slice(from, from + AT_A_TIME);
      for (const each of await Promise.all(part.map(path => this.#look(path))))
        if (each !== undefined) found.push(each);
    }
    let total = found.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > this.#maxBytes) {
      found.sort((one, other) => one.usedAt - other.usedAt);
      for (let from = 0; total > this.#maxBytes * LEFT && from < found.length; from += AT_A_TIME) {
        const part: Found[] = [];
        for (const each of found.slice(from, from + AT_A_TIME)) {
          if (total <= this.#maxBytes * LEFT) break;
          part.push(each);
          total -= each.bytes;
        }
        await Promise.all(part.map(({ path }) => rm(join(this.#folder, path), { force: true })));
      }
    }
    this.#measured = total;
  }

  /** Undefined for a file that another process deleted meanwhile. */
  async #look(path: string): Promise<Found | undefined> {
    try {
      const { size, mtimeMs } = await stat(join(this.#folder, path));
      return { path, bytes: onDisk(size), usedAt: mtimeMs };
    } catch {
      return undefined; // gone
    }
  }

  #tell(path: string, what: string, error: unknown): void {
    this.#onTrouble(
      `The cached file ${path} ${what}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function onDisk(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK)) * BLOCK;
}
