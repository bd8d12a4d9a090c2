/** Changes to texts: what quick fixes, rename and formatting give. */
import type { Span } from './span.ts';

/** Puts `text` where `span` stands; an empty span inserts. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** Edits of one text that do not overlap, in any order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let changed = text;
  for (const { span, text: replacement } of [...edits].sort((a, b) => b.span.start - a.span.start))
    changed = changed.slice(0, span.start) + replacement + changed.slice(span.end);
  return changed;
}
