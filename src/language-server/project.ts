/** The prompts that documents belong to: those of a project on disk, or those that an editor tells. */
import type { Place } from './files.ts';
import type { Texts } from './texts.ts';

export interface PromptProject {
  readonly texts: Texts;
  /** Keys of front matter that the project allows. */
  readonly frontMatterKeys: readonly string[];
  /** Resolves when the files are known. */
  readonly whenListed: Promise<void>;
  /** @param uri of an open document, as the project knows it */
  placeOf(uri: string): Place;
}

export interface PromptProjects {
  /** @param uri as the client writes it */
  of(uri: string): PromptProject | Promise<PromptProject>;
  /** How a project knows a document that the client calls so. */
  uriOf(uri: string): string;
}
