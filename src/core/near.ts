/** Suggests the candidate that is most similar to a mistyped name. */

/** The maximum edit distance between two names. */
const MAX_DISTANCE = 2;
/** Longer names are not compared: nobody types them by hand, and the work grows with the product of their lengths. */
const MAX_LENGTH = 100;
/** Only this number of names is compared. */
const MAX_CANDIDATES = 1000;

/**
 * The candidate with the fewest typing errors (a letter too many, too few, another one, two swapped) from `name`; a
 * difference in case counts half. Undefined if none is within two errors, or half of the name's letters.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(MAX_DISTANCE, Math.floor(name.length / 2)) + 0.5;
  let compared = 0;
  for (const candidate of candidates) {
    compared += 1;
    if (compared > MAX_CANDIDATES) break;
    if (candidate === name || Math.abs(candidate.length - name.length) > MAX_DISTANCE) continue;
    const distance = distanceOf(name, candidate);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

function distanceOf(name: string, candidate: string): number {
  if (Math.max(name.length, candidate.length) > MAX_LENGTH) return Number.POSITIVE_INFINITY;
  const lower = slips(name.toLowerCase(), candidate.toLowerCase());
  return lower === 0 ? 0.25 : lower;
}

/** Damerau–Levenshtein distance (optimal string alignment) in UTF-16 units. */
export function slips(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let least = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped)
        least = Math.min(least, (beforePrevious[column - 2] as number) + 1);
      current.push(least);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length] as number;
}
