/** Messages between the extension host and the language worker: plain data that crosses between threads. */
import type { PromptName } from '../core/name.ts';
import type { Queries, QueryMethod } from './queries.ts';

/** Of the file of sample inputs beside a prompt's. */
export const SAMPLES_EXTENSION = '.samples.yaml';

/** What a file is to the language core. A `version` is a published text and a `text` any other file with expressions: both are read, and never found as a partial. */
export type FileRole = 'prompt' | 'version' | 'samples' | 'text';

/** A prompt or samples file of the workspace; the worker reads it. */
export interface FileEntry {
  /** As `vscode.Uri.toString()` writes it. */
  readonly uri: string;
  /** Absolute. */
  readonly path: string;
  readonly role: FileRole;
  /** Undefined for a file whose path is no prompt's name; of samples the name of their prompt. */
  readonly name: PromptName | undefined;
}

/** The text of an open editor: it replaces its file until it is closed. */
export interface OpenDocument extends Omit<FileEntry, 'path'> {
  readonly text: string;
  readonly version: number;
}

/** Puts `text` where `length` code units from `offset` on stood; changes of one message follow each other. */
export interface DocumentEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

export interface DocumentChange {
  readonly uri: string;
  readonly version: number;
  readonly changes: readonly DocumentEdit[];
  /** Of the text afterwards, in UTF-16 code units: where it differs, the whole text is asked for. */
  readonly length: number;
}

export interface Query<Method extends QueryMethod = QueryMethod> {
  readonly id: number;
  readonly method: Method;
  readonly uri: string;
  readonly params: Queries[Method]['params'];
}

export type ToWorker =
  /** New files, or files with new content. */
  | { readonly kind: 'files'; readonly files: readonly FileEntry[] }
  /** These files are no more. */
  | { readonly kind: 'gone'; readonly uris: readonly string[] }
  | { readonly kind: 'open'; readonly document: OpenDocument }
  | { readonly kind: 'change'; readonly change: DocumentChange }
  | { readonly kind: 'close'; readonly uri: string }
  | { readonly kind: 'query'; readonly query: Query };

export type FromLanguageWorker =
  /** It has loaded and listens. */
  | { readonly kind: 'ready' }
  /** It is reading files and has not forgotten the query that waits for them. */
  | { readonly kind: 'reading' }
  /** The text it has is not the editor's: the whole of it is needed. */
  | { readonly kind: 'lost'; readonly uri: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  /** The language core threw, which it must not. */
  | { readonly kind: 'failed'; readonly id: number; readonly why: string };
