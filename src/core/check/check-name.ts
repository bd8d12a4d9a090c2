/** Finds characters that are never intended in a name: quotes of a word processor and invisible characters. */

const QUOTES = /[\u2018-\u201f\u2039\u203a\u00ab\u00bb\uff02\uff07]/;
/**
 * Joiners belong to words of Persian and Indic languages and, like selectors and tags, to emoji: they are only checked
 * at the start and end of a path segment.
 */
const INVISIBLE =
  /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]--[\u200c\u200d\ufe00-\ufe0f\u{e0020}-\u{e007f}]]|(?<=^|[.\/])[\u200c\u200d]|[\u200c\u200d](?=$|[.\/])/v;

/**
 * Returns an error for a path that is probably not what the author means, with its place in the path; otherwise
 * undefined.
 * @param written the path as it is in the template; brackets may contain anything
 */
export function strangeName(
  written: string,
): { readonly message: string; readonly start: number; readonly end: number } | undefined {
  const outside = written.replaceAll(/\[[^\]]*\]/g, part => '[]'.padEnd(part.length, 'x'));
  const quote = QUOTES.exec(outside);
  if (quote !== null)
    return {
      message:
        'Handlebars knows only straight quotes, as in {{role "user"}}. Write a name that contains such a character in brackets, {{[name]}}.',
      start: 0,
      end: written.length,
    };
  const hidden = INVISIBLE.exec(outside);
  if (hidden === null) return undefined;
  const code = (hidden[0].codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return {
    message: `This name contains an invisible character, U+${code}, so it is not the name it seems to be. Remove the character.`,
    start: hidden.index,
    end: hidden.index + hidden[0].length,
  };
}
