/** The documents and files that the language server knows. */
import type { PromptName } from '../core/name.ts';

/** Extension of the file of sample inputs beside a prompt. */
export const SAMPLES_EXTENSION = '.samples.yaml';

/** In bytes. Well above the limit of 1 MiB for prompts, so that a larger prompt still gets its diagnostic. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

/**
 * The role of a file in the language core. A `version` is a published text and a `text` any other file with
 * expressions; both are read, but never used as partials.
 */
export type FileRole = 'prompt' | 'version' | 'samples' | 'text';

/** A prompt or samples file, whose text the server reads, or requests from the client. */
export interface FileEntry {
  /** As the client spells it. */
  readonly uri: string;
  /** Absolute; undefined if only the client can read the file, because it is on no disk. */
  readonly path: string | undefined;
  readonly role: FileRole;
  /** Undefined if the path is not a prompt's name; for samples, the name of their prompt. */
  readonly name: PromptName | undefined;
}

/** A file that the server reads itself. */
export interface DiskFileEntry extends FileEntry {
  readonly path: string;
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
