/** Finds the position of a caret in YAML that may be incomplete, by reading the text with a mark at the caret. */
import { type PlacedValue, readYaml } from '../../../core/yaml-places.ts';
import type { Span } from '../../results/span.ts';

export interface YamlCaret {
  /** Keys from the top, with numbers for items of lists; for a value, including its own key. */
  readonly path: readonly (string | number)[];
  readonly place: 'key' | 'value';
  /** The range of the word at the caret, including the words before it that belong to the same key or value. */
  readonly word: Span;
  /** The keys of the mapping at the caret, without the caret's own key. */
  readonly siblings: readonly string[];
  /** True if a colon already follows the word. */
  readonly hasColon: boolean;
  /** True if the word is in parentheses after a name, `name(|`. */
  readonly inParentheses: boolean;
  /** The quotes around the word; undefined if there are none. */
  readonly quote: '"' | "'" | undefined;
  /** True if it is in `{…}` or `[…]`, where nothing is on its own line. */
  readonly isFlow: boolean;
  /** The indentation that aligns further inserted lines with the word; VS Code adds that of the word's line. */
  readonly indent: string;
}

/** Begins with a private-use character, so that no text contains it. */
const MARK = '\uE07Acaret';
/** Longer YAML, such as samples or a whole text after a lone `---`, is not read at each keystroke. */
const MAX_LENGTH = 128 * 1024;
/** Characters of a key, a value or a part of them. */
const WORD = /[^\s:,[\]{}()"'#&*!|>%@`]/;

/** Undefined if nothing can be offered: in a comment, a multiline text or invalid YAML. */
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
  // After a colon on the line is usually a value, but it may be a key in braces.
  const hasKey = /^[ \t]*(?:- +)*(?:[^\s#"'][^#]*?|"(?:\\.|[^"\\])*"|'(?:''|[^'])*'):[ \t]/.test(line);
  return hasKey ? (atValue() ?? atKey()) : hasColon || inParentheses ? atKey() : (atKey() ?? atValue());

  function find(marked: string, place: 'key' | 'value'): YamlCaret | undefined {
    const { root, problems } = readYaml(marked, 0);
    const found = seek(root, marked, [], place, false);
    const mark = { start: before.length, end: before.length + MARK.length };
    // A key after another one on the line is also found, but does not belong there.
    if (found === undefined || problems.some(({ span }) => span.start < mark.end && mark.start < span.end))
      return undefined;
    const { lead, ...where } = found;
    // Completes a whole key or value, if it is written literally.
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
  // A block scalar is not one of several choices.
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
