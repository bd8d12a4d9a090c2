/** The unified diff of two texts, as `diff -u` and git write it. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY, formatPatch } from 'diff';

export interface DiffSide {
  /** The subject of the header, such as `support/triage@11`. */
  readonly label: string;
  readonly text: string;
}

/** The label for a side that has no text, as in git. */
export const NOTHING: DiffSide = { label: '/dev/null', text: '' };

/** Lines added and removed; above it the work grows with their square. */
const MAX_EDITS = 4000;

/**
 * The unified diff with three lines of context; the empty string when the texts are the same. Above `maxEdits` changed
 * lines it replaces the whole text.
 */
export function unifiedDiff(from: DiffSide, to: DiffSide, maxEdits = MAX_EDITS): string {
  if (from.text === to.text) return '';
  const diff = createTwoFilesPatch(from.label, to.label, from.text, to.text, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: maxEdits,
  });
  return diff ?? replacing(from, to);
}

/** The maximum number of edits for each of several diffs, so that all of them take no longer than one. */
export function shareOfEdits(diffs: number): number {
  return Math.max(100, Math.floor(MAX_EDITS / Math.max(1, diffs)));
}

function replacing(from: DiffSide, to: DiffSide): string {
  const removed = linesOf(from.text, '-');
  const added = linesOf(to.text, '+');
  const count = (lines: readonly string[]) => lines.filter(line => !line.startsWith('\\')).length;
  const hunk = {
    oldStart: 1,
    oldLines: count(removed),
    newStart: 1,
    newLines: count(added),
    lines: [...removed, ...added],
  };
  return formatPatch(
    {
      oldFileName: from.label,
      newFileName: to.label,
      oldHeader: undefined,
      newHeader: undefined,
      hunks: [hunk],
    },
    FILE_HEADERS_ONLY,
  );
}

function linesOf(text: string, sign: string): string[] {
  if (text === '') return [];
  const lines = text.replace(/\n$/, '').split('\n');
  const marked = lines.map(line => sign + line);
  return text.endsWith('\n') ? marked : [...marked, '\\ No newline at end of file'];
}
