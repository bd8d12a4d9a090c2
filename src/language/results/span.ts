/** Places in a text as offsets: 0-based, in UTF-16 code units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Returns true if `offset` is inside or at either end, where a caret touches it. */
export function touches({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}

export function holds(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

export function textOf(text: string, { start, end }: Span): string {
  return text.slice(start, end);
}
