/** The documents and files that the language server knows. */
import type { PromptName } from '../core/name.ts';

/** Extension of the file of sample inputs beside a prompt. */
export const SAMPLES_EXTENSION = '.samples.yaml';

/**
 * The role of a file in the language core. A `version` is a published text and a `text` any other file with
 * expressions; both are read, but never used as partials.
 */
export type FileRole = 'prompt' | 'version' | 'samples' | 'text';

/** A prompt or samples file; the server reads it. */
export interface FileEntry {
  /** As the client spells it. */
  readonly uri: string;
  /** Absolute. */
  readonly path: string;
  readonly role: FileRole;
  /** Undefined if the path is not a prompt's name; for samples, the name of their prompt. */
  readonly name: PromptName | undefined;
}

/** An open document's kind and name. */
export interface Place extends Pick<FileEntry, 'role' | 'name'> {
  /** The URI of the folder that names are relative to, without a trailing slash. */
  readonly folder: string;
}

/** The text of an open editor, used instead of its file until it is closed. */
export interface OpenDocument extends Place {
  readonly uri: string;
  readonly text: string;
}
