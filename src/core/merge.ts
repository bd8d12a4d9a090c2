/** Merges texts by line from three sides, like diff3: changes in different places are combined. */
import { type Hunk, hunksOf, linesOf } from './line-hunks.ts';

/**
 * Undefined if both sides changed the same lines, or adjacent lines, in different ways. Line endings are part of a
 * line, so pass texts with the same ones.
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | undefined {
  if (mine === theirs || theirs === base) return mine;
  if (mine === base) return theirs;
  const lines = linesOf(base);
  const left = hunksOf(lines, mine);
  const right = hunksOf(lines, theirs);
  if (left === undefined || right === undefined) return undefined;
  /** In parts: the number of arguments of a call is limited. */
  const merged: string[][] = [];
  let at = 0;
  const take = ({ start, end, lines: changed }: Hunk): void => {
    merged.push(lines.slice(at, start), [...changed]);
    at = end;
  };
  while (left.length > 0 || right.length > 0) {
    const [one] = left;
    const [other] = right;
    if (other === undefined || (one !== undefined && one.end < other.start)) take(left.shift() as Hunk);
    else if (one === undefined || other.end < one.start) take(right.shift() as Hunk);
    else if (isSame(one, other)) {
      take(one);
      left.shift();
      right.shift();
    } else return undefined;
  }
  return [...merged, lines.slice(at)].flat().join('');
}

function isSame(one: Hunk, other: Hunk): boolean {
  return (
    one.start === other.start &&
    one.end === other.end &&
    one.lines.length === other.lines.length &&
    one.lines.every((line, index) => line === other.lines[index])
  );
}
