/** The unified diff of two sources, as `diff -u` and git write it. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

export interface DiffSide {
  /** What the header names, such as `support/triage@11`. */
  readonly label: string;
  readonly text: string;
}

/** The unified diff with three lines of context; the empty string when the texts are the same. */
export function unifiedDiff(from: DiffSide, to: DiffSide): string {
  if (from.text === to.text) return '';
  return createTwoFilesPatch(from.label, to.label, from.text, to.text, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}
