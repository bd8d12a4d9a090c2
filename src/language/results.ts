/** Results of features that span several texts. */
import type { PromptName } from '../core/name.ts';
import type { TextEdit } from './edit.ts';
import type { Span } from './span.ts';

export interface Location {
  readonly uri: string;
  readonly span: Span;
}

/** Edits by file, files that get another name, and prompts that are new. */
export interface WorkspaceChange {
  readonly edits: ReadonlyMap<string, readonly TextEdit[]>;
  readonly renames?: readonly { readonly from: string; readonly toName: string }[];
  readonly creates?: readonly { readonly name: PromptName; readonly text: string }[];
}
