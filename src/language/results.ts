/** What features give that reaches beyond one text. */
import type { TextEdit } from './edit.ts';
import type { Span } from './span.ts';

export interface Location {
  readonly uri: string;
  readonly span: Span;
}

/** Edits by file, and files that get another name. */
export interface WorkspaceChange {
  readonly edits: ReadonlyMap<string, readonly TextEdit[]>;
  readonly renames?: readonly { readonly from: string; readonly toName: string }[];
}
