/** Explains mistakes in JSON in plain words: what is wrong, and what to write instead. */
import { type ParseError, printParseErrorCode } from 'jsonc-parser';

/** One or two sentences, without the place. `text` is the whole text. */
export function wordsOfJsonError(
  { error, offset }: Pick<ParseError, 'error' | 'offset'>,
  text: string,
): string {
  const found = text[offset];
  const word = wordOfAnotherLanguage(text.slice(offset, offset + 12));
  if (word !== undefined) return word;
  switch (printParseErrorCode(error)) {
    case 'InvalidSymbol':
      return 'Text and names need double quotes, as in "name".';
    case 'InvalidNumberFormat':
    case 'UnexpectedEndOfNumber':
      return 'This is not a number. Write digits, as in 12.';
    case 'PropertyNameExpected':
      return found === '}'
        ? 'Remove the comma before this "}".'
        : 'A name in double quotes is expected here, as in "name".';
    case 'ValueExpected':
      return found === ']' ? 'Remove the comma before this "]".' : 'A value is missing here.';
    case 'ColonExpected':
      return 'A colon is missing between the name and its value.';
    case 'CommaExpected':
      return 'A comma is missing before this.';
    case 'CloseBraceExpected':
      return 'The closing "}" is missing.';
    case 'CloseBracketExpected':
      return 'The closing "]" is missing.';
    case 'EndOfFileExpected':
      return 'It must end before this. Remove what follows.';
    case 'InvalidCommentToken':
    case 'UnexpectedEndOfComment':
      return 'Comments are not allowed. Remove this one.';
    case 'UnexpectedEndOfString':
      return 'The text that begins here has no closing quote on its line.';
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return 'This text contains an invalid escape. Write "\\\\" for a backslash.';
    case 'InvalidCharacter':
      return 'This text contains a control character. Remove it, or write "\\t" for a tab.';
    default:
      return 'This does not belong here. Remove it.';
  }
}

/** Undefined for text that is in neither JavaScript nor Python syntax. */
function wordOfAnotherLanguage(text: string): string | undefined {
  if (/^[-+]?(?:NaN|Infinity)\b/.test(text))
    return 'JSON has no such number. Write digits, or null for no value.';
  if (/^(?:True|TRUE|False|FALSE)\b/.test(text)) return 'JSON writes true and false in lower case.';
  return /^(?:None|NULL|Null|nil|undefined)\b/.test(text) ? 'JSON writes null for no value.' : undefined;
}

/** The kind of a JSON value, with its article; never the value itself, which may be a secret. */
export function wordsOfJsonValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : String(value);
}
