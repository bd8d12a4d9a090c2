/**
 * Masks text for `Intl.Segmenter`, whose rules (UAX #29) know neither abbreviations nor Markdown: replaces characters
 * that do not end a sentence, without changing the length.
 */

/** English and German abbreviations that do not end a sentence, always or before a number. */
const ABBREVIATION =
  /(?<![\p{L}\p{N}])(?:(?:Dr|Mr|Mrs|Ms|Mx|Prof|Hr|Fr|vs|approx|cf|incl|resp|bzw|vgl|inkl|e\.\s?g|i\.\s?e|z\.\s?B|d\.\s?h|u\.\s?a)\.(?=\s+\S)|(?:figs?|eqs?|vol|pp?|no|nr|ch|sec|ca|abs|art|kap|abb)\.(?=\s*\d))/giu;
/** A URL, without punctuation at its end that may end a sentence. */
const ADDRESS = /\bhttps?:\/\/[^\s<>]*[^\s<>.,;:!?)\]}"'*_`]/g;
/** The end of emphasis or code after the end of a sentence, which is treated as a closing bracket. */
const CLOSING_MARK = /(?<=[.!?。！？]["')\]”’»]*)(?:\*{1,3}|_{1,3}|~~|`)(?=\s|$)/g;
/** An opening bracket or quotation mark right after a full stop, as in Chinese and Japanese. */
const OPENING = /(?<=[。！？｡])[\p{Ps}\p{Pi}]/gu;

export function asProse(text: string): string {
  return text
    .replace(ADDRESS, address => address.replace(/[.?!]/g, 'x'))
    .replace(ABBREVIATION, word => word.replaceAll('.', ','))
    .replace(CLOSING_MARK, marks => ')'.repeat(marks.length))
    .replace(OPENING, '#');
}
