/** Merges two changes of a text by line: conflicts contain both, between git's markers, which editors recognize. */
import { type Hunk, hunksOf, linesOf } from '../../core/line-hunks.ts';

const MINE = '<<<<<<<';
const MIDDLE = '=======';
const THEIRS = '>>>>>>>';

export interface ConflictText {
  readonly text: string;
  /** The number of places both changed in different ways; 0: `text` has no markers. */
  readonly conflicts: number;
}

/** A region that at least one side changed; without a conflict both texts are the merged one. */
interface Region {
  /** Lines of the base, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  readonly mine: string;
  readonly theirs: string;
  readonly isConflict: boolean;
}

/** @param labels name the sides, behind the markers */
export function conflictText(
  base: string,
  mine: string,
  theirs: string,
  labels: { readonly mine: string; readonly theirs: string },
): ConflictText {
  const marked = (one: string, other: string) =>
    `${MINE} ${labels.mine}\n${ended(one)}${MIDDLE}\n${ended(other)}${THEIRS} ${labels.theirs}\n`;
  if (mine === theirs || theirs === base) return { text: mine, conflicts: 0 };
  if (mine === base) return { text: theirs, conflicts: 0 };
  const lines = linesOf(base);
  const regions = regionsOf(lines, mine, theirs);
  if (regions === undefined) return { text: marked(mine, theirs), conflicts: 1 };
  /** In parts: the number of arguments of a call is limited. */
  const merged: string[][] = [];
  let at = 0;
  for (const { start, end, mine: one, theirs: other, isConflict } of regions) {
    merged.push(lines.slice(at, start), [isConflict ? marked(one, other) : one]);
    at = end;
  }
  const conflicts = regions.filter(({ isConflict }) => isConflict).length;
  return { text: [...merged, lines.slice(at)].flat().join(''), conflicts };
}

/**
 * Counts the conflicts that still have the base's text in `now`: VS Code's merge editor starts from the base, and Auto
 * Save writes it before anyone has looked at it.
 */
export function untouchedConflicts(base: string, mine: string, theirs: string, now: string): number {
  const lines = linesOf(base);
  const regions = regionsOf(lines, mine, theirs);
  if (regions === undefined) return now === base ? 1 : 0;
  const changed = hunksOf(lines, now) ?? [{ start: 0, end: lines.length, lines: [] }];
  return regions.filter(
    ({ start, end, isConflict }) =>
      isConflict && !changed.some(hunk => hunk.start <= end && hunk.end >= start),
  ).length;
}

/** In order; undefined if the texts are too large to compare. */
function regionsOf(lines: readonly string[], mine: string, theirs: string): Region[] | undefined {
  const left = hunksOf(lines, mine);
  const right = hunksOf(lines, theirs);
  if (left === undefined || right === undefined) return undefined;
  const regions: Region[] = [];
  while (left.length > 0 || right.length > 0) {
    const start = Math.min(left[0]?.start ?? Infinity, right[0]?.start ?? Infinity);
    const [ours, others, end] = regionAt(start, left, right);
    const one = applied(lines, ours, start, end);
    const other = applied(lines, others, start, end);
    const isConflict = ours.length > 0 && others.length > 0 && one !== other;
    const only = ours.length > 0 ? one : other;
    regions.push({
      ...{ start, end, isConflict },
      mine: isConflict ? one : only,
      theirs: isConflict ? other : only,
    });
  }
  return regions;
}

/** Removes the overlapping or adjacent hunks from `start` on from both lists, and returns them with the end of their range. */
function regionAt(start: number, left: Hunk[], right: Hunk[]): [Hunk[], Hunk[], number] {
  const ours: Hunk[] = [];
  const others: Hunk[] = [];
  let end = start;
  for (;;) {
    const [from, to] = (left[0]?.start ?? Infinity) <= end ? [left, ours] : [right, others];
    const [next] = from;
    if (next === undefined || next.start > end) return [ours, others, end];
    from.shift();
    to.push(next);
    end = Math.max(end, next.end);
  }
}

/** The lines of the base from `start` to `end` with the hunks in them. */
function applied(lines: readonly string[], hunks: readonly Hunk[], start: number, end: number): string {
  const parts: (readonly string[])[] = [];
  let at = start;
  for (const hunk of hunks) {
    parts.push(lines.slice(at, hunk.start), hunk.lines);
    at = hunk.end;
  }
  return [...parts, lines.slice(at, end)].flat().join('');
}

/** A marker begins a line. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
