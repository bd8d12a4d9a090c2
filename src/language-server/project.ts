/** The prompts that documents belong to: a project on disk, or the files that an editor reports. */
import type { Place } from './files.ts';
import type { Texts } from './texts.ts';

export interface PromptProject {
  readonly texts: Texts;
  /** Front matter keys that the project allows. */
  readonly frontMatterKeys: readonly string[];
  /** Resolves once the files are known. */
  readonly whenListed: Promise<void>;
  /** @param uri the project's URI of an open document */
  placeOf(uri: string): Place;
}

export interface PromptProjects {
  /** @param uri as the client spells it */
  of(uri: string): PromptProject | Promise<PromptProject>;
  /** The project's URI for a client's URI. */
  uriOf(uri: string): string;
}
