/**
 * What is known of files that have not changed since they were read, as git's index has it: a file whose size, times
 * and number on its disk are the same is not read again.
 */
import type { Digest } from '../core/digest.ts';
import type { TextDigests } from '../core/line-endings.ts';
import type { FileStat, FileSystem } from './file-system.ts';
import type { LocalFolder } from './local-folder.ts';

export interface IndexedFile {
  readonly digest: Digest;
  /** Where they were needed. */
  readonly digests?: TextDigests | undefined;
}

const FILE = 'index';
const FORMAT = 1;
/** Milliseconds within which a disk may give two changes the same time: where times have fractions of seconds, and where not. */
const TICK = 20;
const COARSE_TICK = 2000;

/** As it is in its file: in columns, which JSON reads faster than an object for each file, and memory holds in less. */
interface Columns {
  readonly format: typeof FORMAT;
  readonly paths: string[];
  /** Five for each file: size, modified, changed, inode, taken. */
  readonly numbers: number[];
  readonly digests: Digest[];
  /** By the place in `paths`: the digests of the plain text and of the others. */
  readonly forms: Record<string, Digest[]>;
}

const NUMBERS = 5;

export class FileIndex {
  readonly #local: LocalFolder;
  readonly #files: FileSystem;
  #columns: Columns | undefined;
  /** Where each file is in the columns; made when one is not the next. */
  #places: Map<string, number> | undefined;
  /** The place after the one that was asked for last: files are nearly always asked for in their order. */
  #next = 0;
  #isChanged = false;

  constructor(local: LocalFolder, files: FileSystem) {
    this.#local = local;
    this.#files = files;
  }

  /** Reads it, the first time. One that cannot be read is empty. */
  async open(): Promise<void> {
    this.#next = 0;
    if (this.#columns !== undefined) return;
    try {
      this.#columns = parse(await this.#files.readFile(this.#local.path(FILE)));
    } catch {
      this.#columns = noColumns(); // the files are read again
    }
  }

  /** As `IndexedFile.taken`. */
  now(): Promise<number> {
    return this.#local.now();
  }

  /** Undefined where the file has to be read: it may have changed, within one tick of the disk's clock even unseen. */
  get(path: string, stat: FileStat): IndexedFile | undefined {
    const columns = this.#columns ?? noColumns();
    const place = this.#placeOf(path, columns);
    if (place === undefined) return undefined;
    const { numbers } = columns;
    const at = place * NUMBERS;
    const isSame =
      stat.size === numbers[at] &&
      stat.modified === numbers[at + 1] &&
      stat.changed === numbers[at + 2] &&
      stat.inode === numbers[at + 3];
    const last = Math.max(stat.modified, stat.changed);
    const tick = Number.isInteger(last / 1000) ? COARSE_TICK : TICK;
    if (!isSame || last + tick >= (numbers[at + 4] as number)) return undefined;
    return fileAt(place, columns);
  }

  /** The text of a file when it was last read, by its digests; the file may be gone. */
  last(path: string): IndexedFile | undefined {
    const columns = this.#columns ?? noColumns();
    const place = this.#placesIn(columns).get(path);
    return place === undefined ? undefined : fileAt(place, columns);
  }

  /**
   * @param stat as it was before the file was read
   * @param taken milliseconds since 1970 by the disk's clock, before the file was read
   */
  set(path: string, stat: FileStat, taken: number, { digest, digests }: IndexedFile): void {
    this.#columns ??= noColumns();
    const { paths, numbers, digests: all, forms } = this.#columns;
    const places = this.#placesIn(this.#columns);
    const place = places.get(path) ?? paths.length;
    places.set(path, place);
    paths[place] = path;
    for (const [index, number] of [stat.size, stat.modified, stat.changed, stat.inode, taken].entries())
      numbers[place * NUMBERS + index] = number;
    all[place] = digest;
    if (digests === undefined) delete forms[place];
    else forms[place] = [digests.plain, ...digests.others];
    this.#isChanged = true;
  }

  /**
   * Forgets files that are not there any more, and writes the index where it has changed.
   * @param paths of those that are there, in the order in which they are asked for
   */
  async save(paths: readonly string[]): Promise<void> {
    const columns = this.#columns ?? noColumns();
    if (this.#isChanged || columns.paths.length !== paths.length) await this.#keep(paths, columns);
  }

  /** They are read the next time. */
  async forget(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const columns = this.#columns ?? noColumns();
    const forgotten = new Set(paths);
    const kept = columns.paths.filter(path => !forgotten.has(path));
    if (kept.length < columns.paths.length) await this.#keep(kept, columns);
  }

  #placeOf(path: string, columns: Columns): number | undefined {
    const place = columns.paths[this.#next] === path ? this.#next : this.#placesIn(columns).get(path);
    if (place !== undefined) this.#next = place + 1;
    return place;
  }

  #placesIn({ paths }: Columns): Map<string, number> {
    this.#places ??= new Map(paths.map((path, place) => [path, place]));
    return this.#places;
  }

  /** Writes what is known of these files, in their order. */
  async #keep(paths: readonly string[], before: Columns): Promise<void> {
    const places = this.#placesIn(before);
    const after = noColumns();
    for (const path of paths) {
      const place = places.get(path);
      if (place === undefined) continue;
      const form = before.forms[place];
      if (form !== undefined) after.forms[after.paths.length] = form;
      after.paths.push(path);
      for (let at = place * NUMBERS; at < (place + 1) * NUMBERS; at++)
        after.numbers.push(before.numbers[at] as number);
      after.digests.push(before.digests[place] as Digest);
    }
    const isSame = !this.#isChanged && after.paths.length === before.paths.length;
    this.#columns = after;
    this.#places = undefined;
    this.#isChanged = false;
    if (!isSame) await this.#write(after);
  }

  async #write(columns: Columns): Promise<void> {
    const staged = this.#local.staged();
    try {
      await this.#local.make();
      await this.#files.stage(staged, Buffer.from(JSON.stringify(columns)));
      await this.#files.rename(staged, this.#local.path(FILE));
    } catch {
      // Where nothing can be written, files are read again the next time.
      await this.#files.delete(staged).catch(() => {});
    }
  }
}

function noColumns(): Columns {
  return { format: FORMAT, paths: [], numbers: [], digests: [], forms: {} };
}

function parse(bytes: Uint8Array | undefined): Columns {
  if (bytes === undefined) return noColumns();
  const columns = JSON.parse(Buffer.from(bytes).toString('utf8')) as Columns;
  const { format, paths, numbers, digests, forms } = columns;
  const isOurs =
    format === FORMAT &&
    numbers.length === paths.length * NUMBERS &&
    digests.length === paths.length &&
    numbers.every(number => typeof number === 'number') &&
    // A digest that is none is like no other, so that its file counts as edited until it is read.
    digests.every(digest => typeof digest === 'string') &&
    typeof forms === 'object' &&
    Object.values(forms).every(form => Array.isArray(form) && form.length > 0);
  return isOurs ? columns : noColumns();
}

function fileAt(place: number, { digests, forms }: Columns): IndexedFile {
  const digest = digests[place] as Digest;
  const form = forms[place];
  if (form === undefined) return { digest };
  const [plain, ...others] = form as [Digest, ...Digest[]];
  return { digest, digests: { exact: digest, plain, others } };
}
