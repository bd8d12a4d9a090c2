/** Finds the changes of a text by line. */
import { diffArrays } from 'diff';

/** Maximum number of changed lines of one text, since the work grows with its square. */
const MAX_EDITS = 1000;

/** Lines of the base from `start` to `end` (exclusive), and those that replace them. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** In order; undefined if more than a thousand lines differ. */
export function hunksOf(base: readonly string[], text: string): Hunk[] | undefined {
  const changes = diffArrays([...base], linesOf(text), { maxEditLength: MAX_EDITS });
  if (changes === undefined) return undefined;
  const hunks: { start: number; end: number; lines: string[] }[] = [];
  let at = 0;
  for (const { value, added, removed } of changes) {
    if (!added && !removed) {
      at += value.length;
      continue;
    }
    const last = hunks.at(-1);
    const hunk = last?.end === at ? last : { start: at, end: at, lines: [] };
    if (hunk !== last) hunks.push(hunk);
    if (added) hunk.lines.push(...value);
    else {
      at += value.length;
      hunk.end = at;
    }
  }
  return hunks;
}

/** The lines of a text, each with its line ending. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
