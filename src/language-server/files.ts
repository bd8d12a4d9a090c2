/** The documents and files that the language server is told of. */
import type { PromptName } from '../core/name.ts';

/** Of the file of sample inputs beside a prompt's. */
export const SAMPLES_EXTENSION = '.samples.yaml';

/** The role of a file in the language core. A `version` is a published text and a `text` any other file with expressions: both are read, and never found as a partial. */
export type FileRole = 'prompt' | 'version' | 'samples' | 'text';

/** A prompt or samples file; the server reads it. */
export interface FileEntry {
  /** As the client writes it. */
  readonly uri: string;
  /** Absolute. */
  readonly path: string;
  readonly role: FileRole;
  /** Undefined for a file whose path is no prompt's name; of samples the name of their prompt. */
  readonly name: PromptName | undefined;
}

/** An open document's kind and name. */
export interface Place extends Pick<FileEntry, 'role' | 'name'> {
  /** The URI of the folder that names are relative to, without a slash at its end. */
  readonly folder: string;
}

/** The text of an open editor: it replaces its file until it is closed. */
export interface OpenDocument extends Place {
  readonly uri: string;
  readonly text: string;
}
