/** The beginning of a diff, for a message that has room for a few lines. */
import { structuredPatch } from 'diff';
import { clip } from './clip.ts';
import { visibleLines } from './visible-text.ts';

export interface DiffExcerpt {
  /** As in `diff -u`, invisible characters escaped; empty if the texts are too large or too different to compare. */
  readonly lines: readonly string[];
  /** The number of omitted added or removed lines; undefined if they were not counted. */
  readonly more: number | undefined;
}

const MAX_LINES = 10;
/** Maximum UTF-16 code units of all lines together. */
const MAX_CHARACTERS = 600;
const MAX_LINE = 160;
/** Limits of one text. Larger ones are not compared, so that a comparison takes some milliseconds at most. */
const MAX_TEXT = { characters: 64 * 1024, lines: 2000 };
/** Maximum number of lines added and removed, since the work grows with its square. */
const MAX_EDITS = 100;
const CONTEXT = 1;

/** Compares two sources, including front matter; undefined if they are equal. */
export function diffExcerpt(from: string, to: string): DiffExcerpt | undefined {
  if (from === to) return undefined;
  if (isLarge(from) || isLarge(to)) return UNCOMPARED;
  const patch = structuredPatch('', '', from, to, undefined, undefined, {
    context: CONTEXT,
    maxEditLength: MAX_EDITS,
  });
  if (patch === undefined) return UNCOMPARED;
  const lines: string[] = [];
  let [left, more] = [MAX_CHARACTERS, 0];
  const take = (line: string): boolean => {
    const shown = clip(visibleLines(clip(line, MAX_LINE)), MAX_LINE);
    if (lines.length === MAX_LINES || shown.length > left) left = 0;
    if (left === 0) return false;
    lines.push(shown);
    left -= shown.length;
    return true;
  };
  for (const { oldStart, oldLines, newStart, newLines, lines: changed } of patch.hunks) {
    take(`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`);
    for (const line of changed) if (!take(line) && /^[+-]/.test(line)) more += 1;
  }
  return { lines, more };
}

function isLarge(text: string): boolean {
  return text.length > MAX_TEXT.characters || text.split('\n', MAX_TEXT.lines + 1).length > MAX_TEXT.lines;
}

const UNCOMPARED: DiffExcerpt = { lines: [], more: undefined };
