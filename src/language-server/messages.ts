/** Between the extension and its language server: what the Language Server Protocol has no messages for. */
import {
  type DocumentSelector,
  NotificationType,
  RequestType,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import type { PromptName } from '../core/name.ts';
import type { FileEntry, Place } from './files.ts';

/** The project that the window shows. */
export interface ProjectSettings {
  /** Keys of front matter that the project allows besides Dotprompt's. */
  readonly frontMatterKeys: readonly string[];
}

export interface VersionedDocument {
  readonly uri: string;
  readonly version: number;
}

export interface InitializationOptions {
  readonly settings: ProjectSettings;
  readonly selectors: Selectors;
  /** Documents that brought a server down: nothing is answered about them while they have that version. */
  readonly refused: readonly VersionedDocument[];
}

/** Which documents the features are for. */
export interface Selectors {
  /** Published versions and the sides of comparisons too. */
  readonly prompts: DocumentSelector;
  /** Prompts that a person writes. */
  readonly written: DocumentSelector;
  readonly samples: DocumentSelector;
  /** Other files with expressions, which only get colors. */
  readonly included: DocumentSelector;
}

/** Files of the workspace that are new or have new content, and URIs of those that are gone. */
export const FilesNotification = new NotificationType<{
  readonly files: readonly FileEntry[];
  readonly gone: readonly string[];
}>('promptforge/files');

/** The kinds and names of documents that are open or about to be. */
export const PlacesNotification = new NotificationType<{
  readonly places: readonly { readonly uri: string; readonly place: Place }[];
}>('promptforge/places');

/** Somebody looks at a document: its problems are determined again. */
export const FocusNotification = new NotificationType<{ readonly uri: string }>('promptforge/focus');

/** The edits that a new name for a prompt's file needs in all prompts, its own text included. */
export const RenamePromptRequest = new RequestType<
  { readonly textDocument: { readonly uri: string }; readonly toName: PromptName },
  WorkspaceEdit | null,
  void
>('promptforge/renamePrompt');

/** The server begins to work on a document, or with null is done: its thread takes no messages meanwhile. */
export const BusyNotification = new NotificationType<VersionedDocument | null>('$/promptforge/busy');

/** Of a code action, in its `data`: files to create with their content, which a protocol's edit cannot. */
export interface CodeActionData {
  readonly creates: readonly { readonly uri: string; readonly text: string }[];
}
