/** Explains errors of the `yaml` package in plain words: the problem and its fix. */
import type { YAMLError } from 'yaml';

/** One or two sentences. `text` is the text at the error's place. */
export function wordsOfYamlError({ code, message }: YAMLError, text: string): string {
  switch (code) {
    case 'ALIAS_PROPS':
      return 'An alias ("*name") can have no anchor and no tag of its own: remove them.';
    case 'BAD_ALIAS':
      return 'An anchor ("&name") or alias ("*name") needs a name, and none that ends in ":".';
    case 'BAD_DIRECTIVE':
      return DIRECTIVE;
    case 'BAD_DQ_ESCAPE':
      return `"${firstOf(text, 2)}" is no escape in double quotes: write "\\\\" for a backslash, or use single quotes.`;
    case 'BAD_INDENT':
      return message.startsWith('Flow')
        ? 'A "[" or "{" before this line is not closed: close it, or indent this line.'
        : 'The indentation does not match any line above: align it with the keys or items it belongs to.';
    case 'BAD_PROP_ORDER':
      return 'Write anchors and tags after the "-", "?" or ":", not before it.';
    case 'BAD_SCALAR_START':
      return `A value cannot begin with "${firstOf(text, 1)}" unless it is quoted: put it in quotes.`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return message.startsWith('Nested')
        ? 'A second ": " on this line: YAML reads it as another key. Put the text in quotes, or move the key to its own line.'
        : 'A list cannot be a key. Put "- " items on lines of their own below the key.';
    case 'BLOCK_IN_FLOW':
      return 'Between "[" and "]" or "{" and "}" use only short forms, without keys or items on their own lines.';
    case 'KEY_OVER_1024_CHARS':
      return 'A key has at most 1024 characters. If this is text, put it in quotes.';
    case 'MISSING_CHAR':
      return wordsOfMissing(message, text);
    case 'MULTILINE_IMPLICIT_KEY':
      return 'A key must be on one line, with ":" and a space after it. Check the lines above for a missing colon, quote or indentation.';
    case 'MULTIPLE_ANCHORS':
      return 'A value has at most one anchor ("&name"): remove one.';
    case 'MULTIPLE_TAGS':
      return 'A value has at most one tag ("!name"): remove one.';
    case 'MULTIPLE_DOCS':
      return 'A second YAML document begins here. Remove the line "---" or "...".';
    case 'TAB_AS_INDENT':
      return 'A tab cannot indent YAML: use spaces.';
    case 'BAD_COLLECTION_TYPE':
    case 'TAG_RESOLVE_FAILED':
      return `${quoted(text)} is not a valid tag here, or does not fit its value: remove it, or quote the value if "!" belongs to it.`;
    case 'RESOURCE_EXHAUSTION':
      return NESTS_TOO_DEEP;
    case 'UNEXPECTED_TOKEN':
      return wordsOfUnexpected(message, text);
    default:
      return 'This is not YAML. Put the value in quotes if it is text.';
  }
}

const DIRECTIVE =
  'A line that begins with "%" is a directive to the YAML reader. Quote the value if it is text.';
export const LONE_RETURN =
  'This line ends with a carriage return (CR) alone, which ends no line in YAML. Save the file with the line ends LF or CRLF.';
export const TOO_MANY_ALIASES =
  'There are too many aliases from here on, so none is read: write the values out.';
export const NESTS_TOO_DEEP = 'This nests too deep to be read: use fewer levels.';

function wordsOfMissing(message: string, text: string): string {
  if (message.includes('quote'))
    return 'The text that begins here with a quote never ends: add the closing quote.';
  if (message.startsWith('Implicit map keys') || message.startsWith('Missing space after :'))
    return `${quoted(text)} is neither a key nor part of the value above: add ":" and a value, or indent it.`;
  if (message.startsWith('Comments must'))
    return 'A comment needs a space before its "#". Quote the value if "#" belongs to it.';
  if (message.startsWith('Sequence item'))
    return 'This is between the items of a list: begin it with "- ", or indent it.';
  if (message.startsWith('Missing directives-end')) return DIRECTIVE;
  if (message.startsWith('Missing ,')) return 'A comma is missing between two items.';
  if (message.includes('must end with') || message.includes('end with a'))
    return 'A "[" or "{" is not closed: add the closing bracket.';
  return 'Something is missing here: compare this line with the lines around it.';
}

function wordsOfUnexpected(message: string, text: string): string {
  if (message.startsWith('Block scalar header'))
    return 'After "|" or ">" the line must end: put the text on the lines below, indented.';
  if (message.startsWith('Unexpected empty item') || message.startsWith('Unexpected ,'))
    return 'A comma with nothing before it: remove it, or add the item.';
  return text.trim() === ''
    ? 'The YAML is not complete here.'
    : `${quoted(text)} does not belong here. Quote the value if it is text, or remove it.`;
}

/** Does not repeat text that might be a provider's key. */
function quoted(text: string): string {
  const found = firstOf(text, MAX_QUOTED);
  return found === '' || found.endsWith('…') ? 'This' : `"${found}"`;
}

const MAX_QUOTED = 16;

/** The first characters of the first line, none of them cut in two. */
function firstOf(text: string, length: number): string {
  const [line = ''] = text.split(/[\r\n]/, 1);
  const characters = [...line.slice(0, 2 * length)];
  return characters.length > length ? `${characters.slice(0, length).join('')}…` : characters.join('');
}
