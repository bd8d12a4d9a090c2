/** The prompts of one project, as the language core has them: the files of its prompts folder and the open documents. */
import { join } from 'node:path';
import type { PromptName } from '../core/name.ts';
import { answerQuery } from '../language-worker/answer-query.ts';
import { NEEDS_NO_FILES } from '../language-worker/answers.ts';
import type { FileEntry, FileRole } from '../language-worker/contract.ts';
import type { Queries, QueryMethod } from '../language-worker/queries.ts';
import { Texts } from '../language-worker/texts.ts';
import { type FileSystem, STAT_NUMBERS } from '../workspace/file-system.ts';
import { fileEntry, listPromptFiles } from './prompt-files.ts';

export interface OpenText {
  /** As `pathToFileURL` writes it, for a file. */
  readonly uri: string;
  /** Undefined for a document that is no file yet. */
  readonly path: string | undefined;
  readonly text: string;
  readonly version: number;
}

export class PromptProject {
  /** The prompts folder, absolute: names are relative to it. */
  readonly folder: string;
  /** Keys of front matter that the project allows. */
  readonly frontMatterKeys: readonly string[];
  readonly #texts = new Texts(() => {});
  readonly #files: FileSystem;
  /** By URI, the size and time of the file that was read. */
  #known = new Map<string, string>();
  #listing: Promise<void> = Promise.resolve();

  constructor(folder: string, frontMatterKeys: readonly string[], files: FileSystem) {
    this.folder = folder;
    this.frontMatterKeys = frontMatterKeys;
    this.#files = files;
  }

  /** Reads the files that are new or changed, and forgets those that are gone. */
  list(): Promise<void> {
    this.#listing = this.#listing.then(() => this.#listNow());
    return this.#listing;
  }

  async #listNow(): Promise<void> {
    const entries = await listPromptFiles(this.folder, this.#files);
    const numbers = await this.#files.statAll(entries.map(({ path }) => path));
    const now = new Map(
      entries.map(({ uri }, index) => {
        const from = index * STAT_NUMBERS;
        return [uri, numbers.subarray(from, from + STAT_NUMBERS).join()];
      }),
    );
    this.#texts.removeFiles([...this.#known.keys()].filter(uri => !now.has(uri)));
    this.#texts.setFiles(entries.filter(({ uri }) => this.#known.get(uri) !== now.get(uri)));
    this.#known = now;
  }

  /** Also for a text that is open already. */
  open(document: OpenText): void {
    const { uri, text, version } = document;
    this.#texts.open({ uri, text, version, ...this.#placeOf(document) });
  }

  close(uri: string): void {
    this.#texts.close(uri);
  }

  /** The file that a prompt has, or would have. @param extension that of prompts or of samples */
  fileOf(name: PromptName, extension: string): string {
    return join(this.folder, ...`${name}${extension}`.split('/'));
  }

  /** Undefined where the document is not open, or is of a kind that has no such answer. */
  async ask<Method extends QueryMethod>(
    method: Method,
    uri: string,
    params: Queries[Method]['params'],
  ): Promise<Queries[Method]['answer'] | undefined> {
    if (!NEEDS_NO_FILES.has(method)) await this.#listing;
    return answerQuery(method, uri, params, this.#texts);
  }

  #placeOf({ path }: OpenText): Pick<FileEntry, 'name'> & { readonly role: FileRole } {
    const entry = path === undefined ? undefined : fileEntry(path, this.folder);
    return { role: entry?.role ?? 'prompt', name: entry?.name };
  }
}
