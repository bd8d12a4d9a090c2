/**
 * The texts in the server: files from the disk, and open documents, whose text is used instead of their file until they
 * are closed.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PROMPT_FILE_EXTENSION, type PromptName, sharedFolder } from '../core/name.ts';
import { type Disk, isSpelledSo, nodeDisk } from '../disk/spelling.ts';
import { Library } from '../language/analysis/library.ts';
import { type FileEntry, MAX_FILE_BYTES, type OpenDocument, SAMPLES_EXTENSION } from './files.ts';
import { unknownFiles } from './unknown-files.ts';

/** One at a time would be slow for a large workspace, and all at once would need too many file handles. */
const READ_AT_ONCE = 16;

/** @param uri as in `FileEntry` */
export type ReadByClient = (uri: string) => Promise<string | undefined>;

export class Texts {
  readonly library = new Library();
  readonly #files = new Map<string, FileEntry>();
  readonly #open = new Map<string, OpenDocument>();
  #reading: Promise<void> = Promise.resolve();
  readonly #disk: Disk;
  readonly #readByClient: ReadByClient;

  /** @param readByClient reads a file that is on no disk; undefined if it cannot be read */
  constructor(disk: Disk = nodeDisk, readByClient: ReadByClient = async () => undefined) {
    this.#disk = disk;
    this.#readByClient = readByClient;
  }

  /** Resolves when all files known so far are read. */
  get whenRead(): Promise<void> {
    return this.#reading;
  }

  setFiles(files: readonly FileEntry[]): void {
    for (const file of files) this.#files.set(file.uri, file);
    const reading = this.#readAll(files.map(({ uri }) => uri));
    this.#reading = Promise.all([this.#reading, reading]).then(() => undefined);
  }

  removeFiles(uris: readonly string[]): void {
    for (const uri of uris) {
      this.#files.delete(uri);
      if (!this.#open.has(uri)) this.library.remove(uri);
    }
  }

  /** Adds or replaces the text of an open document. */
  open(document: OpenDocument): void {
    this.#open.set(document.uri, document);
    this.#put(document.uri, document);
  }

  close(uri: string): void {
    const document = this.#open.get(uri);
    this.#open.delete(uri);
    this.library.remove(uri);
    const file = this.#files.get(uri) ?? (document && fileOf(document));
    if (file !== undefined) this.setFiles([file]);
  }

  /** The URI of a file after its prompt is renamed; prompts and samples keep their folder and extension. */
  renamed(uri: string, toName: string): string {
    const name = this.#open.get(uri)?.name ?? this.#files.get(uri)?.name ?? '';
    const extension = uri.endsWith(SAMPLES_EXTENSION) ? SAMPLES_EXTENSION : PROMPT_FILE_EXTENSION;
    // Names need no encoding.
    return uri.slice(0, -(name.length + extension.length)) + toName + extension;
  }

  /** The text of a prompt or samples file, open or not. */
  textAt(uri: string): string | undefined {
    const open = this.#open.get(uri);
    if (open !== undefined) return open.text;
    const name = this.#files.get(uri)?.name;
    const samples = name === undefined ? undefined : this.library.samples(name);
    return samples?.uri === uri ? samples.text : this.library.at(uri)?.analysis.text;
  }

  openAt(uri: string): OpenDocument | undefined {
    return this.#open.get(uri);
  }

  /**
   * Reads files from the disk that the open document refers to and that were not reported, and then what these refer
   * to.
   */
  async findUnknown(uri: string): Promise<void> {
    for (let found = true; found; ) {
      const document = this.#open.get(uri);
      if (document === undefined) return;
      const files = unknownFiles(document, this.library);
      const read = async (file: FileEntry): Promise<string | undefined> => {
        const text = await this.#textOf(file);
        return text !== undefined && (await hasItsName(file, document.name, this.#disk)) ? text : undefined;
      };
      const texts = await Promise.all(files.map(read));
      found = false;
      for (const [index, file] of files.entries()) {
        const text = texts[index];
        // Reported in the meantime, with a text that is as new or newer.
        if (text === undefined || this.library.at(file.uri) !== undefined) continue;
        this.#files.set(file.uri, file);
        this.#put(file.uri, { ...file, text });
        found = true;
      }
    }
  }

  async #readAll(uris: readonly string[]): Promise<void> {
    const left = [...uris];
    const readOn = async (): Promise<void> => {
      for (let uri = left.pop(); uri !== undefined; uri = left.pop()) await this.#read(uri);
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, readOn));
  }

  async #read(uri: string): Promise<void> {
    const file = this.#files.get(uri);
    if (file === undefined) return;
    const text = await this.#textOf(file);
    // Opened, removed or renamed in the meantime, so the library already has the right text.
    if (this.#files.get(uri) !== file || this.#open.has(uri)) return;
    if (text === undefined) this.library.remove(uri);
    else this.#put(uri, { ...file, text });
  }

  #textOf({ uri, path }: FileEntry): Promise<string | undefined> {
    return path === undefined ? this.#readByClient(uri) : textOfFile(path);
  }

  #put(uri: string, { role, name, text }: Pick<OpenDocument, 'role' | 'name' | 'text'>): void {
    if (role !== 'samples') this.library.setPrompt(uri, name, text, role === 'prompt');
    else if (name !== undefined) this.library.setSamples(uri, name, text);
  }
}

/** The file of a closed document, which may be new or deleted, because file watchers report late. */
function fileOf({ uri, role, name }: OpenDocument): FileEntry | undefined {
  if (role !== 'prompt' && role !== 'samples') return undefined;
  return { uri, path: uri.startsWith('file:') ? fileURLToPath(uri) : undefined, role, name };
}

/**
 * Checks the spelling, because a case-insensitive disk also finds other names. The folders shared with `asking` are not
 * checked.
 */
async function hasItsName(
  { path, name }: FileEntry,
  asking: PromptName | undefined,
  disk: Disk,
): Promise<boolean> {
  if (name === undefined || path === undefined || asking === undefined) return true;
  const inside = name.slice(sharedFolder(asking, name).length) + PROMPT_FILE_EXTENSION;
  return isSpelledSo(path, path.slice(0, -inside.length), disk);
}

/** The text without a byte order mark, as in editors; undefined for a file that cannot be read. */
async function textOfFile(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    return bytes.byteLength > MAX_FILE_BYTES ? undefined : new TextDecoder().decode(bytes);
  } catch {
    return undefined; // deleted since it was listed, or not readable, so nothing can refer to it
  }
}
