/**
 * Maps positions in the source to positions in the rendered text and back: proportionally within a piece, and evenly
 * between pieces, over tags and omitted text. Pure: the caller measures the pieces.
 */
import type { TracedSource } from '../../core/trace.ts';

/** A rendered piece from one place in the source: a value, or a range of a template's own text. */
export interface ScrollPiece {
  readonly source: TracedSource;
}

/** The height in pixels at a `fraction` of a piece, from 0 to 1; it never decreases from one piece to the next. */
export type Measure<Drawn extends ScrollPiece> = (piece: Drawn, fraction: number) => number;

/** Bisection steps to find a position within a piece to the character. */
const STEPS = 20;

/** The cost is logarithmic, so this may run every frame. */
export class ScrollMap<Drawn extends ScrollPiece> {
  readonly #measure: Measure<Drawn>;
  /** Pieces of the prompt itself, in drawing order. */
  readonly #own: readonly Drawn[];
  /** By prompt: the first piece of each place, in source order. */
  readonly #written: ReadonlyMap<string | null, readonly Drawn[]>;

  /** @param pieces in the order in which they are drawn */
  constructor(pieces: readonly Drawn[], measure: Measure<Drawn>) {
    this.#measure = measure;
    this.#own = pieces.filter(({ source }) => source.prompt === null);
    this.#written = new Map(
      Array.from(
        Map.groupBy(pieces, ({ source }) => source.prompt),
        ([prompt, drawn]) => [prompt, asWritten(drawn)],
      ),
    );
  }

  /** The height of a 0-based UTF-16 offset in a prompt's source; undefined if nothing of that prompt is drawn. */
  heightOf(prompt: string | null, offset: number): number | undefined {
    const pieces = this.#written.get(prompt) ?? [];
    const [first] = pieces;
    if (first === undefined) return undefined;
    const at = lastIndex(pieces, ({ source }) => source.start <= offset);
    const piece = pieces[at];
    if (piece === undefined) {
      // Above the prompt's first piece is the page's header; a partial begins at its start.
      const top = this.#measure(first, 0);
      return prompt === null ? between(0, top, share(0, first.source.start, offset)) : top;
    }
    const { start, end } = piece.source;
    if (offset < end) return this.#measure(piece, share(start, end, offset));
    const next = pieces[at + 1];
    const bottom = this.#measure(piece, 1);
    if (next === undefined) return bottom;
    return between(bottom, this.#measure(next, 0), share(end, next.source.start, offset));
  }

  /** The offset in the prompt's own source of the text at a height; undefined if nothing of it is drawn. */
  offsetAt(height: number): number | undefined {
    const pieces = this.#own;
    const [first] = pieces;
    if (first === undefined) return undefined;
    const at = lastIndex(pieces, piece => this.#measure(piece, 0) <= height);
    const piece = pieces[at];
    if (piece === undefined)
      return Math.floor(between(0, first.source.start, share(0, this.#measure(first, 0), height)));
    const { start, end } = piece.source;
    const bottom = this.#measure(piece, 1);
    if (height < bottom) return Math.floor(between(start, end, this.#fractionAt(piece, height)));
    const next = pieces[at + 1];
    // A loop returns to its start.
    if (next === undefined || next.source.start <= end) return end;
    return Math.floor(between(end, next.source.start, share(bottom, this.#measure(next, 0), height)));
  }

  /** Returns the fraction of a piece at a height within it. */
  #fractionAt(piece: Drawn, height: number): number {
    let [low, high] = [0, 1];
    for (let step = 0; step < STEPS; step++) {
      const middle = (low + high) / 2;
      if (this.#measure(piece, middle) < height) low = middle;
      else high = middle;
    }
    return high;
  }
}

/** Without duplicates, in source order. */
function asWritten<Drawn extends ScrollPiece>(pieces: readonly Drawn[]): readonly Drawn[] {
  const first = new Map<number, Drawn>();
  for (const piece of pieces) if (!first.has(piece.source.start)) first.set(piece.source.start, piece);
  return [...first.values()].sort((one, other) => one.source.start - other.source.start);
}

/** The last item that passes a test which only leading items pass; -1 if there is none. */
function lastIndex<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The position of `at` from `start` to `end`, from 0 to 1. */
function share(start: number, end: number, at: number): number {
  return end <= start ? 1 : Math.min(1, Math.max(0, (at - start) / (end - start)));
}

function between(low: number, high: number, fraction: number): number {
  return low + (high - low) * fraction;
}
