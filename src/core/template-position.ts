/** Converts Handlebars' positions to offsets and back. */

/** Returns the start of each line as Handlebars counts them: `\r\n`, `\n` and `\r` end a line (Jison's lexer). */
export function lineStarts(text: string): number[] {
  const starts = [0];
  if (text.includes('\r'))
    for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length);
  else for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** The number of lines that end before an offset. */
export function linesBefore(text: string, offset: number): number {
  return lineStarts(text.slice(0, offset)).length - 1;
}

/** The offset of a position: 1-based line, 0-based column. */
export function offsetOf(lines: readonly number[], line: number, column: number): number {
  return (lines[line - 1] ?? lines.at(-1) ?? 0) + column;
}

/** The line and column of an offset, both from 1. */
export function positionOf(
  lines: readonly number[],
  offset: number,
): { readonly line: number; readonly column: number } {
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as number) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (lines[low] as number) + 1 };
}
