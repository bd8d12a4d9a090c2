/**
 * Text as `Intl.Segmenter` is to read it, where its rules (UAX #29) know no words of a language and no Markdown: of the
 * same length, with what ends no sentence written so that it does not.
 */

/** Abbreviations behind which a sentence goes on, of English and German; and those that it does before a number. */
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
