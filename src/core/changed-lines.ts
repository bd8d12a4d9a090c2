/**
 * The lines that a version has more or less often than the one before it, in any order: a text that occurs more or less
 * often than before must be in one of them. A line that only moved is not.
 */
import { commonPrefix, commonSuffix } from './common-ends.ts';
import { composed, countIn, foldText, linesOf, placeIn } from './search-text.ts';

/**
 * Each changed line, folded by `foldText`, after `+` or `-`; the empty text if no line differs.
 * @param before undefined for a first version
 */
export function changedLines(before: string | undefined, after: string): string {
  const counts = new Map<string, number>();
  const differing = differingParts(before, after);
  for (const line of linesOf(differing.after)) counts.set(line, (counts.get(line) ?? 0) + 1);
  if (differing.before !== undefined)
    for (const line of linesOf(differing.before)) counts.set(line, (counts.get(line) ?? 0) - 1);
  const changed: string[] = [];
  for (const [line, count] of counts) {
    if (line === '') continue;
    const sign = count > 0 ? '+' : '-';
    for (let left = Math.abs(count); left > 0; left--) changed.push(`${sign}${foldText(line)}`);
  }
  return changed.join('\n');
}

/** Two versions without the whole lines that they share at the beginning and end, which are nearly all of most. */
export function differingParts(
  before: string | undefined,
  after: string,
): { readonly before: string | undefined; readonly after: string } {
  if (before === undefined) return { before, after };
  // Lines begin after "\n" in both, whatever precedes it.
  const prefix = after.slice(0, commonPrefix(before, after)).lastIndexOf('\n') + 1;
  const suffix = commonSuffix(before, after, Math.min(before.length, after.length) - prefix);
  const end = after.indexOf('\n', after.length - suffix);
  const kept = suffix === 0 || end < 0 ? 0 : after.length - end;
  return {
    before: before.slice(prefix, before.length - kept),
    after: after.slice(prefix, after.length - kept),
  };
}

/**
 * Returns how many more times a text occurs than in the version before.
 * @param changed from `changedLines`
 * @param folded the text, folded by `foldText`
 */
export function growthIn(changed: string, folded: string): number {
  let growth = 0;
  for (const line of changed.split('\n')) {
    const count = countIn(line.slice(1), folded);
    growth += line.startsWith('+') ? count : -count;
  }
  return growth;
}

export interface OccurrenceChange {
  readonly change: 'added' | 'removed';
  /** The number of occurrences in the version before, and in this one. */
  readonly before: number;
  readonly after: number;
  /** From 1, in this version if the text was added, and in the one before if it was removed. */
  readonly line: number;
  /** The text of that line; for a long line, the part around the text searched for. */
  readonly text: string;
}

/** Limits in UTF-16 code units: of a line that is shown, and of the part before the text. */
export const MAX_SHOWN_LINE = 240;
const BEFORE = 60;

/**
 * Returns how a version changed the occurrences of a text; undefined if their number is the same.
 * @param before undefined for a first version
 */
export function textChange(
  before: string | undefined,
  after: string,
  text: string,
  matchCase = false,
): OccurrenceChange | undefined {
  const fold = matchCase ? composed : foldText;
  const wanted = fold(text);
  const sides = [before === undefined ? [] : linesOf(before), linesOf(after)].map(lines =>
    lines
      .map((line, index) => ({ line, number: index + 1 }))
      .map(each => ({ ...each, count: countIn(fold(each.line), wanted) }))
      .filter(({ count }) => count > 0),
  );
  const [old = [], now = []] = sides;
  const sum = (side: typeof old) => side.reduce((total, { count }) => total + count, 0);
  const counts = { before: sum(old), after: sum(now) };
  if (counts.before === counts.after) return undefined;
  const isAdded = counts.after > counts.before;
  const place = isAdded ? firstBeyond(now, old) : firstBeyond(old, now);
  if (place === undefined) return undefined;
  return {
    change: isAdded ? 'added' : 'removed',
    ...counts,
    line: place.number,
    text: shown(place.line, text, matchCase),
  };
}

interface FoundLine {
  readonly line: string;
  readonly number: number;
}

/** The first of `lines` that `others` lack or have less often. */
function firstBeyond(lines: readonly FoundLine[], others: readonly FoundLine[]): FoundLine | undefined {
  const left = new Map<string, number>();
  for (const { line } of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.find(({ line }) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count === 0;
  });
}

function shown(line: string, text: string, matchCase: boolean): string {
  if (line.length <= MAX_SHOWN_LINE) return line;
  const { column = 0 } = placeIn(line, text, matchCase) ?? {};
  const from = Math.max(0, Math.min(column - BEFORE, line.length - MAX_SHOWN_LINE));
  return line.slice(from, from + MAX_SHOWN_LINE).toWellFormed();
}
