/** A project on disk: the files of its prompts folder. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type FileSystem, STAT_NUMBERS } from '../workspace/file-system.ts';
import type { Place } from './files.ts';
import type { PromptProject } from './project.ts';
import { fileEntry, listPromptFiles } from './prompt-files.ts';
import { Texts } from './texts.ts';

export class DiskProject implements PromptProject {
  readonly texts = new Texts();
  readonly frontMatterKeys: readonly string[];
  /** The prompts folder, absolute: names are relative to it. */
  readonly #folder: string;
  readonly #files: FileSystem;
  /** The size and time of each file when it was read, by URI. */
  #known = new Map<string, string>();
  #listing: Promise<void> = Promise.resolve();

  constructor(folder: string, frontMatterKeys: readonly string[], files: FileSystem) {
    this.#folder = folder;
    this.frontMatterKeys = frontMatterKeys;
    this.#files = files;
  }

  get whenListed(): Promise<void> {
    return this.#listing;
  }

  /** Reads new and changed files, and removes deleted ones. */
  list(): Promise<void> {
    this.#listing = this.#listing.then(() => this.#listNow());
    return this.#listing;
  }

  placeOf(uri: string): Place {
    const entry = uri.startsWith('file:') ? fileEntry(fileURLToPath(uri), this.#folder) : undefined;
    return { role: entry?.role ?? 'prompt', name: entry?.name, folder: pathToFileURL(this.#folder).href };
  }

  async #listNow(): Promise<void> {
    const entries = await listPromptFiles(this.#folder, this.#files);
    const numbers = await this.#files.statAll(entries.map(({ path }) => path));
    const now = new Map(
      entries.map(({ uri }, index) => {
        const from = index * STAT_NUMBERS;
        return [uri, numbers.subarray(from, from + STAT_NUMBERS).join()];
      }),
    );
    this.texts.removeFiles([...this.#known.keys()].filter(uri => !now.has(uri)));
    this.texts.setFiles(entries.filter(({ uri }) => this.#known.get(uri) !== now.get(uri)));
    this.#known = now;
  }
}
