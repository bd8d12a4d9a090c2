/** Comments of a promotion as threads: one for each line of a side, and one for the whole. Pure. */
import type { Comment, Promotion } from '../../contract/promotions.ts';

export type Place = Comment['place'];

export interface Thread {
  /** Null: of the whole promotion. */
  readonly place: Place;
  /** Oldest first. */
  readonly comments: readonly Comment[];
}

/** In the order in which they began. */
export function threadsOf(comments: readonly Comment[]): Thread[] {
  const places = Map.groupBy(comments, ({ place }) =>
    place === null ? 'whole' : `${place.side} ${place.line}`,
  );
  return [...places.values()].map(of => ({ place: of[0]?.place ?? null, comments: of }));
}

/** Which side of the review a version is; undefined for none. */
export function sideOf(
  { from, version }: Pick<Promotion, 'from' | 'version'>,
  shown: number | undefined,
): 'from' | 'to' | undefined {
  if (shown === version) return 'to';
  return shown !== undefined && shown === from ? 'from' : undefined;
}

/** The line, from 1, that a thread of the editor is about: its last, where several were marked. */
export function lineOf(range: { readonly end: { readonly line: number } } | undefined): number | undefined {
  return range === undefined ? undefined : range.end.line + 1;
}
