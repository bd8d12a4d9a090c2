/** Text as somebody writes it who wants more than to be read: what moves a cursor, ends a line, turns a direction or hides. */
import fc from 'fast-check';

/** One of each kind, by what it is called in Unicode. */
export const HIDDEN_CHARACTERS: Readonly<Record<string, string>> = {
  'line feed': '\n',
  'carriage return': '\r',
  tab: '\t',
  'vertical tab': '\v',
  'form feed': '\f',
  null: '\u0000',
  bell: '\u0007',
  backspace: '\b',
  escape: '\u001b',
  delete: '\u007f',
  'next line': '\u0085',
  'control sequence introducer': '\u009b',
  'operating system command': '\u009d',
  'line separator': '\u2028',
  'paragraph separator': '\u2029',
  'right-to-left override': '\u202e',
  'right-to-left isolate': '\u2067',
  'right-to-left mark': '\u200f',
  'Arabic letter mark': '\u061c',
  'zero width space': '\u200b',
  'zero width joiner': '\u200d',
  'word joiner': '\u2060',
  'soft hyphen': '\u00ad',
  'byte order mark': '\ufeff',
  'Hangul filler': '\u3164',
  'halfwidth Hangul filler': '\uffa0',
  'combining grapheme joiner': '\u034f',
  'variation selector': '\ufe0f',
  'interlinear annotation anchor': '\ufff9',
  'tag letter': '\u{e0041}',
  'musical beam': '\u{1d173}',
};

/** What shows nothing and is no space. */
export const INKLESS_CHARACTERS: Readonly<Record<string, string>> = {
  'Braille blank': '\u2800',
  'musical null notehead': '\u{1d159}',
};

/** Nothing of this may be left in a line that is shown. */
export const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Object.values(HIDDEN_CHARACTERS), ...Object.values(INKLESS_CHARACTERS)),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        '  proof  event 1, sha256:0',
        '\u001b[2J',
        '\u001b]8;;https://evil.example\u0007',
        '[x](command:a.b)',
        '$(trash)',
        '![](https://evil.example/a.png)',
        '<img src=x>',
      ),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map(parts => parts.join(''));

/** In an emoji of several characters a joiner or a selector belongs to it. */
const EMOJI = /\p{RGI_Emoji}/gv;

export function withoutEmoji(text: string): string {
  return text.replace(EMOJI, '');
}
