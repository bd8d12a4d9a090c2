/** Finds the position of a caret in YAML that may be half written, by reading the text with a mark at the caret. */
import { type PlacedValue, readYaml } from '../../../core/yaml-places.ts';
import type { Span } from '../../results/span.ts';

export interface YamlCaret {
  /** Keys from the top, a number for an item of a list; of a value, with its own key. */
  readonly path: readonly (string | number)[];
  readonly place: 'key' | 'value';
  /** The word at the caret, in the document; with the words before it that belong to the same key or value. */
  readonly word: Span;
  /** Of the mapping at the caret, without the caret's own. */
  readonly siblings: readonly string[];
  /** True if a colon follows the word already. */
  readonly hasColon: boolean;
  /** True if the word is in parentheses after a name, `name(|`. */
  readonly inParentheses: boolean;
  /** The surroundings of the word. */
  readonly quote: '"' | "'" | undefined;
  /** True if it is in `{…}` or `[…]`, where nothing is on its own line. */
  readonly isFlow: boolean;
  /** The indentation of further inserted lines, to align with the word: VS Code adds that of its line. */
  readonly indent: string;
}

/** Of private use, so that no text has it. */
const MARK = '\uE07Acaret';
/** Longer YAML is not read anew at each keystroke: samples may be, and all of a text after a lone `---`. */
const MAX_LENGTH = 128 * 1024;
/** Characters of a key, a value or a part of them. */
const WORD = /[^\s:,[\]{}()"'#&*!|>%@`]/;

/** Undefined if nothing can be offered: in a comment, a multiline text, a broken part. */
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
  // After a colon on the line is a value; a key may be in braces, though.
  const hasKey = /^[ \t]*(?:- +)*(?:[^\s#"'][^#]*?|"(?:\\.|[^"\\])*"|'(?:''|[^'])*'):[ \t]/.test(line);
  return hasKey ? (atValue() ?? atKey()) : hasColon || inParentheses ? atKey() : (atKey() ?? atValue());

  function find(marked: string, place: 'key' | 'value'): YamlCaret | undefined {
    const { root, problems } = readYaml(marked, 0);
    const found = seek(root, marked, [], place, false);
    const mark = { start: before.length, end: before.length + MARK.length };
    // A key after another one on the line is found, too, and does not belong there.
    if (found === undefined || problems.some(({ span }) => span.start < mark.end && mark.start < span.end))
      return undefined;
    const { lead, ...where } = found;
    // A whole key or value is completed, as far as it is written literally.
    if (!before.endsWith(lead) || /[:\r\n]/.test(lead)) return undefined;
    const whole = { start: start - lead.length, end };
    const column = line.length - lead.length - (where.quote === undefined ? 0 : 1);
    const indent = ' '.repeat(Math.max(0, column - (/^[ \t]*/.exec(line)?.[0].length ?? 0)));
    return { ...where, place, word: whole, hasColon, inParentheses, indent };
  }
}

/** The word that `offset` touches, or an empty range. */
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

type Sought = Pick<YamlCaret, 'path' | 'siblings' | 'quote' | 'isFlow'> & {
  /** The text of the key or value before the caret's word. */
  readonly lead: string;
};

function seek(
  value: PlacedValue,
  marked: string,
  path: readonly (string | number)[],
  place: 'key' | 'value',
  isInFlow: boolean,
): Sought | undefined {
  if (value.isAlias) return undefined;
  const first = marked[value.span.start];
  const isCollection = value.kind === 'mapping' || value.kind === 'list';
  const isFlow = isInFlow || (isCollection && (first === '{' || first === '['));
  for (const pair of value.pairs) {
    const at = pair.key.indexOf(MARK);
    if (at >= 0 && place === 'key') {
      const others = value.pairs.filter(other => other !== pair).map(({ key }) => key);
      const quote = quoteAt(marked, pair.keySpan.start);
      return { path, siblings: others, quote, isFlow, lead: pair.key.slice(0, at) };
    }
    if (at >= 0) return undefined;
    const found = seek(pair.node, marked, [...path, pair.key], place, isFlow);
    if (found !== undefined) return found;
  }
  for (const [index, item] of value.items.entries()) {
    const found = seek(item, marked, [...path, index], place, isFlow);
    if (found !== undefined) return found;
  }
  // A text on lines of its own is nobody's choice.
  const isChoice = value.kind === 'scalar' && first !== '|' && first !== '>';
  const at = isChoice && typeof value.value === 'string' ? value.value.indexOf(MARK) : -1;
  if (at < 0 || place !== 'value') return undefined;
  const lead = String(value.value).slice(0, at);
  return { path, siblings: [], quote: quoteAt(marked, value.span.start), isFlow, lead };
}

function quoteAt(text: string, offset: number): '"' | "'" | undefined {
  const found = text[offset];
  return found === '"' || found === "'" ? found : undefined;
}
