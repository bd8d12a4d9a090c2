/** Changes to texts, the results of quick fixes, rename and formatting. */
import type { PromptName } from '../../core/name.ts';
import type { Span } from './span.ts';

/** Replaces `span` with `text`; an empty span inserts it. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** Edits by file, renamed files, and new prompts. */
export interface WorkspaceChange {
  readonly edits: ReadonlyMap<string, readonly TextEdit[]>;
  readonly renames?: readonly { readonly from: string; readonly toName: string }[];
  readonly creates?: readonly { readonly name: PromptName; readonly text: string }[];
}

/** Applies edits of one text that do not overlap, in any order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { span, text: replacement } of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    parts.push(text.slice(done, span.start), replacement);
    done = span.end;
  }
  return parts.join('') + text.slice(done);
}

/** Returns true if two edits of one text change the same characters, so that they cannot be combined. */
export function doOverlap(edits: readonly TextEdit[]): boolean {
  const sorted = edits.toSorted((a, b) => a.span.start - b.span.start);
  return sorted.some(({ span }, index) => span.end > (sorted[index + 1]?.span.start ?? span.end));
}
