/** Searches text within a line. Ignores case and how accents are encoded; the four Turkish i are one letter. */

/** UTF-16 code units. */
export const MAX_SEARCH_TEXT = 200;

/** Line endings of a source. */
const LINE_END = /\r\n|\n|\r/;

/** Makes texts equal that differ only in what the search ignores. Adds no line breaks. */
export function foldText(text: string): string {
  const folded = text.normalize('NFC').toLowerCase();
  // toLowerCase turns İ into i with a combining dot above, and Σ at the end of a word into ς.
  return folded.replaceAll('i\u0307', 'i').replaceAll('ı', 'i').replaceAll('ς', 'σ');
}

/** Like `foldText`, but case-sensitive: ignores only how an accented letter is encoded. */
export function composed(text: string): string {
  return text.normalize('NFC');
}

/** The lines of a source, without their line breaks, which differ between systems. */
export function linesOf(source: string): string[] {
  return source.split(LINE_END);
}

/** Counts the occurrences of `text` in `line` that do not overlap, 0 for an empty text. Folds both first. */
export function countIn(line: string, text: string): number {
  if (text === '') return 0;
  let count = 0;
  for (let at = line.indexOf(text); at >= 0; at = line.indexOf(text, at + text.length)) count += 1;
  return count;
}

/** Segments characters with what NFC combines with them: marks, and the parts of a Hangul syllable (UAX #29). */
const CHARACTERS = new Intl.Segmenter('und', { granularity: 'grapheme' });

export interface PlaceInLine {
  /** In UTF-16 code units of the original line. */
  readonly column: number;
  readonly length: number;
}

/** The maximum UTF-16 code units of a line in which the place is found character by character. */
const COUNTED = 16 * 1024;

/** Returns the first occurrence of `text` in `line`, extended to whole characters; undefined if there is none. */
export function placeIn(line: string, text: string, matchCase = false): PlaceInLine | undefined {
  const fold = matchCase ? composed : foldText;
  const wanted = fold(text);
  const found = fold(line).indexOf(wanted);
  if (found < 0) return undefined;
  // Folding nearly always keeps the length of a line.
  const asWritten = { column: found, length: wanted.length };
  if (fold(line.slice(found, found + wanted.length)) === wanted) return asWritten;
  if (line.length > COUNTED) return { column: Math.min(found, line.length), length: 0 };
  let folded = 0;
  let column: number | undefined;
  for (const { segment: character, index } of CHARACTERS.segment(line)) {
    folded += fold(character).length;
    if (column === undefined && folded > found) column = index;
    if (column !== undefined && folded >= found + wanted.length)
      return { column, length: index + character.length - column };
  }
  return undefined;
}
