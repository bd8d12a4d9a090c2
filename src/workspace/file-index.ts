/** An index of files that have not changed since they were read, like git's: a file with the same size, times and inode is not read again. */
import type { Digest } from '../core/digest.ts';
import type { TextDigests } from '../core/line-endings.ts';
import type { PromptName } from '../core/name.ts';
import { type FileSystem, STAT_NUMBERS } from './file-system.ts';
import type { LocalFolder } from './local-folder.ts';
import type { FileText } from './prompt-state.ts';

const FILE = 'index';
/**
 * The first line of the index file. Each column follows on a line, because a long text is read much faster than a list
 * of ten thousand.
 */
const FORMAT = 'promptforge index 2';
/** In ms: a disk may give two changes within this time the same timestamp, with and without fractions of seconds. */
const TICK = 20;
const COARSE_TICK = 2000;

/** In columns, because an object for each file would take ten times as long to read, and more memory. */
interface Columns {
  readonly names: PromptName[];
  /** Five for each file: size, modified, changed, inode, taken. The array may be longer than needed. */
  numbers: Float64Array;
  readonly digests: Digest[];
  /** By index in `names`: the digest of the plain text, followed by those of the other forms. */
  readonly forms: Record<string, Digest[]>;
}

const NUMBERS = STAT_NUMBERS + 1;
/** The bytes of a file's numbers. */
const BYTES = NUMBERS * Float64Array.BYTES_PER_ELEMENT;
/** Occurs in no name and no digest. */
const SEPARATOR = ' ';

/** The numbers of one file in the result of `FileSystem.statAll`. */
interface Stats {
  readonly numbers: Float64Array;
  /** Index of its first number. */
  readonly at: number;
}

interface ReadText {
  readonly digest: Digest;
  /** Set if they were needed when the file was read. */
  readonly digests?: TextDigests | undefined;
}

export class FileIndex {
  readonly #local: LocalFolder;
  readonly #files: FileSystem;
  #columns: Columns | undefined;
  /** Index of each file in the columns; built when files are not read in order. */
  #places: Map<PromptName, number> | undefined;
  /** The index after the last requested file, because files are nearly always requested in order. */
  #next = 0;
  #isChanged = false;

  constructor(local: LocalFolder, files: FileSystem) {
    this.#local = local;
    this.#files = files;
  }

  /** Reads the index, unless it was read before. An index that cannot be read counts as empty. */
  async open(): Promise<void> {
    this.#next = 0;
    if (this.#columns !== undefined) return;
    try {
      this.#columns = parse(await this.#files.readFile(this.#local.path(FILE)));
    } catch {
      this.#columns = noColumns(); // the files are read again
    }
  }

  /** The time to pass to `set` as `taken`: milliseconds since 1970 by the disk's clock. */
  now(): Promise<number> {
    return this.#local.now();
  }

  /**
   * Returns the digests of an unchanged file. Undefined if the file must be read: it may have changed, even without a new
   * timestamp within one tick of the disk's clock.
   */
  get(name: PromptName, stats: Stats): FileText | undefined {
    const columns = this.#columns ?? noColumns();
    const place = this.#placeOf(name, columns);
    if (place === undefined) return undefined;
    const { numbers } = columns;
    const at = place * NUMBERS;
    // A missing file has NaN here, which equals no number.
    for (let index = 0; index < STAT_NUMBERS; index++)
      if (stats.numbers[stats.at + index] !== numbers[at + index]) return undefined;
    const last = Math.max(numbers[at + 1] as number, numbers[at + 2] as number);
    const tick = Number.isInteger(last / 1000) ? COARSE_TICK : TICK;
    return last + tick < (numbers[at + 4] as number) ? fileAt(place, columns) : undefined;
  }

  /** The digests of a file's text when it was last read; the file may no longer exist. */
  last(name: PromptName): FileText | undefined {
    const columns = this.#columns ?? noColumns();
    const place = this.#placesIn(columns).get(name);
    return place === undefined ? undefined : fileAt(place, columns);
  }

  /**
   * @param stats of the file before it was read
   * @param taken milliseconds since 1970 by the disk's clock, before the file was read
   */
  set(name: PromptName, stats: Stats, taken: number, { digest, digests }: ReadText): void {
    this.#columns ??= noColumns();
    const { names, digests: all, forms } = this.#columns;
    const places = this.#placesIn(this.#columns);
    const place = places.get(name) ?? names.length;
    places.set(name, place);
    names[place] = name;
    this.#columns.numbers = withRoom(this.#columns.numbers, names.length);
    const own = stats.numbers.subarray(stats.at, stats.at + STAT_NUMBERS);
    this.#columns.numbers.set([...own, taken], place * NUMBERS);
    all[place] = digest;
    if (digests === undefined) delete forms[place];
    else forms[place] = [digests.plain, ...digests.others];
    this.#isChanged = true;
  }

  /**
   * Forgets files that no longer exist, and writes the index if it has changed.
   * @param names of the existing files, in the order of their requests
   */
  async save(names: readonly PromptName[]): Promise<void> {
    const columns = this.#columns ?? noColumns();
    if (this.#isChanged || columns.names.length !== names.length) await this.#keep(names, columns);
  }

  /** Makes these files be read again next time. */
  async forget(names: readonly PromptName[]): Promise<void> {
    if (names.length === 0) return;
    const columns = this.#columns ?? noColumns();
    const forgotten = new Set(names);
    const kept = columns.names.filter(name => !forgotten.has(name));
    if (kept.length < columns.names.length) await this.#keep(kept, columns);
  }

  #placeOf(name: PromptName, columns: Columns): number | undefined {
    const place = columns.names[this.#next] === name ? this.#next : this.#placesIn(columns).get(name);
    if (place !== undefined) this.#next = place + 1;
    return place;
  }

  #placesIn({ names }: Columns): Map<PromptName, number> {
    this.#places ??= new Map(names.map((name, place) => [name, place]));
    return this.#places;
  }

  /** Writes the entries of these files, in order. */
  async #keep(names: readonly PromptName[], before: Columns): Promise<void> {
    const places = this.#placesIn(before);
    const after = noColumns();
    after.numbers = withRoom(after.numbers, names.length);
    for (const name of names) {
      const from = places.get(name);
      if (from === undefined) continue;
      const to = after.names.length;
      const form = before.forms[from];
      if (form !== undefined) after.forms[to] = form;
      after.names.push(name);
      after.numbers.set(before.numbers.subarray(from * NUMBERS, (from + 1) * NUMBERS), to * NUMBERS);
      after.digests.push(before.digests[from] as Digest);
    }
    const isSame = !this.#isChanged && after.names.length === before.names.length;
    this.#columns = after;
    this.#places = undefined;
    this.#isChanged = false;
    if (!isSame) await this.#write(after);
  }

  async #write(columns: Columns): Promise<void> {
    const staged = this.#local.staged();
    try {
      await this.#local.make();
      await this.#files.stage(staged, Buffer.from(textOf(columns)));
      await this.#files.rename(staged, this.#local.path(FILE));
    } catch {
      // If the file cannot be written, files are read again next time.
      await this.#files.delete(staged).catch(() => {});
    }
  }
}

function noColumns(): Columns {
  return { names: [], numbers: new Float64Array(), digests: [], forms: {} };
}

function withRoom(numbers: Float64Array, files: number): Float64Array {
  if (numbers.length >= files * NUMBERS) return numbers;
  const more = new Float64Array(Math.max(files, (numbers.length / NUMBERS) * 2) * NUMBERS);
  more.set(numbers);
  return more;
}

function textOf({ names, numbers, digests, forms }: Columns): string {
  const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, names.length * BYTES);
  const [ofNames, ofDigests] = [names, digests].map(each => each.join(SEPARATOR));
  return [FORMAT, ofNames, ofDigests, bytes.toString('base64'), JSON.stringify(forms)].join('\n');
}

function parse(bytes: Uint8Array | undefined): Columns {
  if (bytes === undefined) return noColumns();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const [format, ofNames, ofDigests, ofNumbers, ofForms] = text.split('\n');
  if (format !== FORMAT || ofForms === undefined) return noColumns();
  const names = listIn(ofNames) as PromptName[];
  // An invalid digest equals no other, so its file counts as edited until it is read.
  const digests = listIn(ofDigests) as Digest[];
  const numbers = Uint8Array.from(Buffer.from(ofNumbers ?? '', 'base64'));
  const forms = JSON.parse(ofForms) as Columns['forms'];
  const isOurs =
    digests.length === names.length &&
    numbers.length === names.length * BYTES &&
    typeof forms === 'object' &&
    Object.values(forms).every(form => Array.isArray(form) && form.length > 0);
  return isOurs ? { names, numbers: new Float64Array(numbers.buffer), digests, forms } : noColumns();
}

function listIn(text = ''): string[] {
  return text === '' ? [] : text.split(SEPARATOR);
}

function fileAt(place: number, { digests, forms }: Columns): FileText {
  const digest = digests[place] as Digest;
  const form = forms[place];
  if (form === undefined) return { digest };
  const [plain, ...others] = form as [Digest, ...Digest[]];
  return { digest, digests: () => ({ exact: digest, plain, others }) };
}
