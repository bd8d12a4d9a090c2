/** A drawn part of the source: the mark of a value, or a range of a text node. */
import type { TracedSource } from '../../../core/trace.ts';
import type { ScrollPiece } from '../scroll-map.ts';

export interface DrawnPiece extends ScrollPiece {
  readonly source: TracedSource;
  readonly node: Text | HTMLElement;
  /** UTF-16 offsets in the text node; of an element they are nothing. */
  readonly start: number;
  readonly end: number;
}

/** The top of the line that is `fraction` through a piece, from the top of the window. */
export function heightIn({ node, start, end }: DrawnPiece, fraction: number): number {
  if (!(node instanceof Text)) {
    const lines = node.getClientRects();
    const line = lines[Math.min(lines.length - 1, Math.floor(lines.length * fraction))];
    return (line ?? node.getBoundingClientRect()).top;
  }
  const at = Math.min(Math.floor(start + (end - start) * fraction), end - 1);
  const range = document.createRange();
  range.setStart(node, at);
  range.setEnd(node, at + 1);
  return range.getBoundingClientRect().top;
}
