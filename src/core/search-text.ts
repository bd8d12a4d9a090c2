/** Text search within a line. Case is ignored, and so are the ways to write a letter with an accent; the four Turkish i are one letter. */

/** UTF-16 code units. */
export const MAX_SEARCH_TEXT = 200;

/** Line endings of a source. */
const LINE_END = /\r\n|\n|\r/;

/** Two texts that differ by nothing that counts become the same. Of a text without line breaks none has any. */
export function foldText(text: string): string {
  const folded = text.normalize('NFC').toLowerCase();
  // toLowerCase turns İ into an i with a dot above it, and at the end of a word Σ into ς.
  return folded.replaceAll('i\u0307', 'i').replaceAll('ı', 'i').replaceAll('ς', 'σ');
}

/** As `foldText`, where case counts: how a letter with an accent is written does not. */
export function composed(text: string): string {
  return text.normalize('NFC');
}

/** Without its line breaks, which differ between systems. */
export function linesOf(source: string): string[] {
  return source.split(LINE_END);
}

/** Counts the occurrences of `text` in `line`, neither of which is folded yet; they do not overlap. An empty text has none. */
export function countIn(line: string, text: string): number {
  if (text === '') return 0;
  let count = 0;
  for (let at = line.indexOf(text); at >= 0; at = line.indexOf(text, at + text.length)) count += 1;
  return count;
}

/** Characters with what NFC puts together with them: marks, and the parts of a Hangul syllable (UAX #29). */
const CHARACTERS = new Intl.Segmenter('und', { granularity: 'grapheme' });

export interface PlaceInLine {
  /** In UTF-16 code units of the original line. */
  readonly column: number;
  readonly length: number;
}

/** UTF-16 code units of a line in which the place is counted a character at a time. */
const COUNTED = 16 * 1024;

/** Returns the first occurrence of `text` in `line`, extended to whole characters; undefined if there is none. */
export function placeIn(line: string, text: string, matchCase = false): PlaceInLine | undefined {
  const fold = matchCase ? composed : foldText;
  const wanted = fold(text);
  const found = fold(line).indexOf(wanted);
  if (found < 0) return undefined;
  // Nearly always a line is folded to one of the same length.
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
