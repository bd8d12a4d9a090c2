/**
 * Masks text for `Intl.Segmenter`, whose rules (UAX #29) know neither abbreviations nor Markdown: replaces characters
 * that end no sentence, without changing the length.
 */

/** English and German abbreviations that do not end a sentence, always or before a number. */
const ABBREVIATION =
  /(?<![\p{L}\p{N}])(?:(?:Dr|Mr|Mrs|Ms|Mx|Prof|Hr|Fr|vs|approx|cf|incl|resp|bzw|vgl|inkl|e\.\s?g|i\.\s?e|z\.\s?B|d\.\s?h|u\.\s?a)\.(?=\s+\S)|(?:figs?|eqs?|vol|pp?|no|nr|ch|sec|ca|abs|art|kap|abb)\.(?=\s*\d))/giu;
/** Up to what may end a sentence behind it. */
const ADDRESS = /\bhttps?:\/\/[^\s<>]*[^\s<>.,;:!?)\]}"'*_`]/g;
/** The end of emphasis or code behind the end of a sentence, as a bracket that closes there. */
const CLOSING_MARK = /(?<=[.!?。！？]["')\]”’»]*)(?:\*{1,3}|_{1,3}|~~|`)(?=\s|$)/g;
/** A bracket or quotation mark that opens behind a full stop without a blank, as in Chinese and Japanese. */
const OPENING = /(?<=[。！？｡])[\p{Ps}\p{Pi}]/gu;

export function asProse(text: string): string {
  return text
    .replace(ADDRESS, address => address.replace(/[.?!]/g, 'x'))
    .replace(ABBREVIATION, word => word.replaceAll('.', ','))
    .replace(CLOSING_MARK, marks => ')'.repeat(marks.length))
    .replace(OPENING, '#');
}
