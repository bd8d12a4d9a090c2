/**
 * Escapes text written by people that must stay on one line: no character may move a cursor, end a line, change the
 * direction of what follows or be invisible. Unicode properties decide (UAX #44), not a list of known attacks.
 */

/**
 * Controls, formats (bidirectional ones among them), the separators of lines and paragraphs, halves of characters, and
 * what Unicode lets a renderer omit (`Default_Ignorable_Code_Point`: the Hangul fillers, tags, selectors).
 */
const HIDDEN = String.raw`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}`;
/** Symbols and letters without ink: the Braille blank, two blanks of Egyptian, a filler of Khitan, the null notehead. */
const INKLESS = String.raw`\u2800\u{13441}\u{13442}\u{16FE4}\u{1D159}`;

const HAS_HIDDEN = new RegExp(`[${HIDDEN}]`, 'u');
/** An emoji of several characters contains joiners and selectors (UTS #51). */
const HIDDEN_OR_EMOJI = new RegExp(String.raw`\p{RGI_Emoji}|[${HIDDEN}]`, 'gv');
const INVISIBLE = new RegExp(`[${HIDDEN}${INKLESS}]`, 'gu');
const HAS_INVISIBLE = new RegExp(`[${HIDDEN}${INKLESS}]`, 'u');
const BLANK = new RegExp(`^[${HIDDEN}${INKLESS}\\s\\p{Zs}]*$`, 'u');

/** The maximum number of marks on one letter. No language needs more, and more would cover other lines. */
const MOST_MARKS = 8;
const HAS_FLOOD = new RegExp(String.raw`\p{M}{${MOST_MARKS + 1}}`, 'u');
const FLOOD = new RegExp(String.raw`(?<=\p{M}{${MOST_MARKS}})\p{M}`, 'gu');

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * `text` on one line, with control and invisible characters written as escapes, `\n`, `\u001b`, `\u{e0041}`, and so are
 * marks beyond those that a letter can have.
 */
export function oneLine(text: string): string {
  return escaped(text, () => true);
}

/** Like `oneLine`, but keeps line breaks (CRLF, LF) and tabs, for text in a place of several lines. */
export function visibleLines(text: string): string {
  return escaped(text.replaceAll('\r\n', '\n'), character => character !== '\n' && character !== '\t');
}

function escaped(text: string, isEscaped: (character: string) => boolean): string {
  const shown = HAS_HIDDEN.test(text)
    ? text.replace(HIDDEN_OR_EMOJI, found =>
        HAS_HIDDEN.test(found) && isHiddenAlone(found) && isEscaped(found) ? escapeOf(found) : found,
      )
    : text;
  return HAS_FLOOD.test(shown) ? shown.replace(FLOOD, escapeOf) : shown;
}

/** Returns true for one character, which is not an emoji of several. */
function isHiddenAlone(found: string): boolean {
  return found.length === ((found.codePointAt(0) as number) > 0xffff ? 2 : 1);
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) as number;
  return SHORT_ESCAPES[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : unit(code));
}

/**
 * JSON text with the same characters as JSON's own escapes, which has the same value (RFC 8259, section 7), for a line
 * of a log that somebody reads on a terminal.
 */
export function visibleJson(json: string): string {
  if (!HAS_HIDDEN.test(json)) return json;
  return json.replace(INVISIBLE, found =>
    found === '\n'
      ? found
      : Array.from({ length: found.length }, (_, at) => unit(found.charCodeAt(at))).join(''),
  );
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Returns true if a text is empty or has only spaces, line breaks and invisible characters. */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}

/** Returns the text, or the empty string if it is blank. */
export function unlessBlank(text: string): string {
  return isBlank(text) ? '' : text;
}

export function hasInvisible(text: string): boolean {
  return HAS_INVISIBLE.test(text);
}

export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}
