/** Completion items as plain data. */
import type { TextEdit } from '../../results/edit.ts';

export type CompletionKind =
  | 'variable'
  | 'property'
  | 'helper'
  | 'block'
  | 'partial'
  | 'key'
  | 'value'
  | 'keyword'
  | 'data'
  | 'type'
  | 'snippet';

export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** Shown beside the label, such as a type. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** The inserted text; its range contains the caret and is on the caret's line. */
  readonly edit: TextEdit;
  /** True if `edit.text` is a snippet of VS Code. */
  readonly snippet?: true;
  /** True if the inserted text needs a value, so that suggestions open next. */
  readonly asksForValue?: true;
  readonly sortText?: string;
  /** The filter text, if it differs from the label. */
  readonly filterText?: string;
}
