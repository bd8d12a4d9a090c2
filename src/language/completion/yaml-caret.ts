/** Where a caret is in YAML that may be half written: found by reading the text with a mark where the caret's word is. */
import type { Span } from '../span.ts';
import { type PlacedValue, readYaml } from '../yaml-places.ts';

export interface YamlCaret {
  /** Keys from the top, a number for an item of a list; of a value, with its own key. */
  readonly path: readonly (string | number)[];
  readonly place: 'key' | 'value';
  /** The word at the caret, in the document. */
  readonly word: Span;
  /** Of the mapping at the caret, without the caret's own. */
  readonly siblings: readonly string[];
  /** Whether a colon follows the word already. */
  readonly hasColon: boolean;
  /** Whether the word stands in parentheses after a name, `name(|`. */
  readonly inParentheses: boolean;
}

/** Of private use, so that no text has it. */
const MARK = '\uE07Acaret';
/** Longer YAML is not read anew at each keystroke: samples may be, and all of a text after a lone `---`. */
const MAX_LENGTH = 128 * 1024;
/** What a key, a value or a part of them is made of. */
const WORD = /[^\s:,[\]{}()"'#&*!|>%@`]/;

/** Undefined where nothing can be offered: in a comment, a text of several lines, a broken part. */
export function caretInYaml(text: string, yaml: Span, offset: number): YamlCaret | undefined {
  if (yaml.end - yaml.start > MAX_LENGTH) return undefined;
  const word = wordAt(text, yaml, offset);
  const { start, end } = word;
  const before = text.slice(yaml.start, start);
  const after = text.slice(end, yaml.end);
  const line = lastLine(before);
  const inParentheses = /^[ \t]*(?:- )?[^\s#:][^:(]*\($/.test(line);
  const rest = /^[^\r\n]*/.exec(after)?.[0] ?? '';
  const hasColon = /^[^\s:]*[ \t]*:/.test(rest);
  const atKey = (): YamlCaret | undefined => {
    const added = hasColon ? '' : inParentheses ? '):' : ':';
    return find(`${before}${MARK}${added}${after}`, 'key');
  };
  const atValue = (): YamlCaret | undefined => find(`${before}${MARK}${after}`, 'value');
  // After a colon on the line stands a value; a key may stand in braces, though.
  const hasKey = /^[ \t]*(?:- +)*(?:[^\s#"'][^#]*?|"[^"]*"|'[^']*'):[ \t]/.test(line);
  return hasKey ? (atValue() ?? atKey()) : hasColon || inParentheses ? atKey() : (atKey() ?? atValue());

  function find(marked: string, place: 'key' | 'value'): YamlCaret | undefined {
    const found = seek(readYaml(marked, 0).root, [], place);
    return found && { ...found, place, word, hasColon, inParentheses };
  }
}

/** The word that `offset` touches, empty where none is. */
export function wordAt(text: string, within: Span, offset: number): Span {
  let start = offset;
  while (start > within.start && WORD.test(text[start - 1] as string)) start -= 1;
  let end = offset;
  while (end < within.end && WORD.test(text[end] as string)) end += 1;
  return { start, end };
}

function lastLine(text: string): string {
  return text.slice(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
}

function seek(
  value: PlacedValue,
  path: readonly (string | number)[],
  place: 'key' | 'value',
): Pick<YamlCaret, 'path' | 'siblings'> | undefined {
  if (value.isAlias) return undefined;
  for (const pair of value.pairs) {
    const isMarked = pair.key.includes(MARK);
    if (isMarked && place === 'key') {
      const others = value.pairs.filter(other => other !== pair).map(({ key }) => key);
      return { path, siblings: others };
    }
    if (isMarked) return undefined;
    const found = seek(pair.node, [...path, pair.key], place);
    if (found !== undefined) return found;
  }
  for (const [index, item] of value.items.entries()) {
    const found = seek(item, [...path, index], place);
    if (found !== undefined) return found;
  }
  // A value is completed as a whole, not a word in the middle of a text.
  const isHere = value.kind === 'scalar' && typeof value.value === 'string' && value.value.startsWith(MARK);
  return isHere && place === 'value' ? { path, siblings: [] } : undefined;
}
