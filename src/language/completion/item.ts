/** What completion offers, as plain data. */
import type { TextEdit } from '../edit.ts';

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
  /** Beside the label, such as a type. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** What accepting it writes; its span holds the caret and is on the caret's line. */
  readonly edit: TextEdit;
  /** `edit.text` is a snippet of VS Code. */
  readonly snippet?: true;
  /** What is written asks for a value of which there is a choice: that is offered next. */
  readonly asksForValue?: true;
  readonly sortText?: string;
  /** What typing is compared with, where that is not the label. */
  readonly filterText?: string;
}
