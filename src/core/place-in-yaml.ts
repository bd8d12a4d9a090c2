/** Places of errors in YAML that was read by `readYaml`. */
import type { PlacedPair, PlacedValue } from './yaml-places.ts';

/** Returns the place to report a misfit in a pair: its value, or its key if the name is unknown. */
export function placeOfMisfit(
  pair: PlacedPair,
  { path, problem }: { readonly path: readonly (string | number)[]; readonly problem: string },
): PlacedValue['span'] {
  let at = pair;
  let place = pair.valueSpan ?? pair.keySpan;
  for (const step of path) {
    const { node } = at;
    if (node.isAlias) return place; // what it points to is written elsewhere
    if (typeof step === 'number') {
      const item = node.items[step];
      if (item === undefined) return place;
      at = { ...pair, node: item };
      place = item.span;
      continue;
    }
    const next = node.pairs.findLast(({ key }) => key === step);
    // A missing value is reported at the start of its object.
    if (next === undefined) return { start: place.start, end: Math.min(place.end, node.span.start + 1) };
    at = next;
    place = next.valueSpan ?? next.keySpan;
  }
  return problem === 'unknown' ? at.keySpan : place;
}

/** Returns the place of `length` characters of a scalar's text from `from` on; the whole scalar if it is not written literally. */
export function placeInText(scalar: PlacedValue, from: number, length: number): PlacedValue['span'] {
  const { textStart, verbatim, span } = scalar;
  if (from + length > verbatim) return span;
  return { start: textStart + from, end: textStart + from + length };
}
