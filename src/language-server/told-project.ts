/** The project of an editor that reports its files, and the role of each document: VS Code. */
import { nodeDisk } from '../disk/spelling.ts';
import type { FileEntry, Place } from './files.ts';
import type { PromptProject, PromptProjects } from './project.ts';
import { type ReadByClient, Texts } from './texts.ts';

const TEXT: Place = { role: 'text', name: undefined, folder: '' };

export class ToldProject implements PromptProject, PromptProjects {
  readonly texts: Texts;
  frontMatterKeys: readonly string[] = [];
  readonly #places = new Map<string, Place>();
  readonly #listed = Promise.withResolvers<void>();

  constructor(readByClient: ReadByClient) {
    this.texts = new Texts(nodeDisk, readByClient);
  }

  get whenListed(): Promise<void> {
    return this.#listed.promise;
  }

  /** Called with all files the first time. */
  setFiles(files: readonly FileEntry[], gone: readonly string[]): void {
    this.texts.removeFiles(gone);
    this.texts.setFiles(files);
    this.#listed.resolve();
  }

  setPlace(uri: string, place: Place): void {
    this.#places.set(uri, place);
  }

  placeOf(uri: string): Place {
    return this.#places.get(uri) ?? TEXT;
  }

  of(): PromptProject {
    return this;
  }

  uriOf(uri: string): string {
    return uri;
  }
}
