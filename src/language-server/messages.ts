/** Messages between the extension and its language server that the Language Server Protocol lacks. */
import {
  type DocumentSelector,
  NotificationType,
  RequestType,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import type { PromptName } from '../core/name.ts';
import type { FileEntry, Place } from './files.ts';

/** Settings of the project in the window. */
export interface ProjectSettings {
  /** Front matter keys that the project allows in addition to Dotprompt's. */
  readonly frontMatterKeys: readonly string[];
}

export interface VersionedDocument {
  readonly uri: string;
  readonly version: number;
}

export interface InitializationOptions {
  readonly settings: ProjectSettings;
  readonly selectors: Selectors;
  /** Documents that made a server fail; requests about them are not answered until they change. */
  readonly refused: readonly VersionedDocument[];
}

/** Selects the documents for each group of features. */
export interface Selectors {
  /** All prompts, including published versions and the sides of comparisons. */
  readonly prompts: DocumentSelector;
  /** Prompts that can be edited. */
  readonly written: DocumentSelector;
  readonly samples: DocumentSelector;
  /** Other files with expressions, which only get colors. */
  readonly included: DocumentSelector;
}

/** Files of the workspace that are new or changed, and URIs of deleted ones. */
export const FilesNotification = new NotificationType<{
  readonly files: readonly FileEntry[];
  readonly gone: readonly string[];
}>('promptforge/files');

/** The roles and names of documents that are open or about to be. */
export const PlacesNotification = new NotificationType<{
  readonly places: readonly { readonly uri: string; readonly place: Place }[];
}>('promptforge/places');

/** The text of a file that only the client can read; null if it is gone, too large or not readable. */
export const ReadFileRequest = new RequestType<{ readonly uri: string }, string | null, void>(
  'promptforge/readFile',
);

/** The user switched to a document: find its problems again. */
export const FocusNotification = new NotificationType<{ readonly uri: string }>('promptforge/focus');

/** The edits in all prompts, including the prompt itself, for a new name of its file. */
export const RenamePromptRequest = new RequestType<
  { readonly textDocument: { readonly uri: string }; readonly toName: PromptName },
  WorkspaceEdit | null,
  void
>('promptforge/renamePrompt');

/** The server starts work on a document, or with null has finished; meanwhile, its thread handles no messages. */
export const BusyNotification = new NotificationType<VersionedDocument | null>('$/promptforge/busy');

/** The `data` of a code action: files to create with their content, which the protocol's edits cannot do. */
export interface CodeActionData {
  readonly creates: readonly { readonly uri: string; readonly text: string }[];
}
