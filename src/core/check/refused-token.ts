/** Explains common mistakes by the token that Handlebars' parser refused. */
import { betweenTags } from './between-tags.ts';
import type { TemplateError } from './finding.ts';
import { foreignTag, OPERATOR } from './foreign-syntax.ts';
import { type LexerToken, TAG_CLOSES, TAG_OPENS } from './tokens.ts';

export interface RefusedToken {
  readonly kind: string;
  /** The kinds of tokens that the parser would have accepted, as it lists them. */
  readonly expected: string;
  readonly text: string;
  /** 0-based offsets in the template. */
  readonly start: number;
  readonly end: number;
}

/** The maximum length of a tag that is examined. */
const MAX_TAG = 500;

/** @param tokens the tokens before `refused` */
export function explainToken(
  refused: RefusedToken,
  tokens: readonly LexerToken[],
  template: string,
): TemplateError {
  const index = tokens.findLastIndex(({ kind }) => TAG_OPENS.has(kind));
  const inside = tokens.slice(index + 1);
  const isInTag = index >= 0 && !inside.some(({ kind }) => TAG_CLOSES.has(kind));
  const found = isInTag
    ? inTag(refused, tokens[index] as LexerToken, inside, template)
    : betweenTags(refused, tokens, template);
  return {
    code: 'template-syntax',
    start: refused.start,
    end: refused.end,
    ...(found ?? { message: `"${refused.text}" is not allowed here. ${isInTag ? IN_TAG : BETWEEN_TAGS}` }),
  };
}

const IN_TAG = 'A tag has a name and its arguments, separated by spaces, and ends with "}}".';
const BETWEEN_TAGS = 'Is a "{{" or "}}" missing, or a block closed that was not opened?';

/** An error, at the refused token by default. */
export type TokenError = Pick<TemplateError, 'message'> & Partial<TemplateError>;

function inTag(
  refused: RefusedToken,
  open: LexerToken,
  inside: readonly LexerToken[],
  template: string,
): TokenError | undefined {
  const { kind, expected, text, start } = refused;
  const tag = template.slice(open.start, open.start + MAX_TAG);
  const last = inside.at(-1);
  const early = unfinished(refused, open, last, template) ?? wrongBegin(refused, open, inside, template);
  if (early !== undefined) return early;
  if (TAG_OPENS.has(kind) && isNested(template, open, start)) return { message: NO_TAG_IN_TAG };
  if (last?.kind === 'CLOSE_BLOCK_PARAMS' && !isCutOff(template, start)) return { message: AFTER_BARS };
  if (isInBars(inside) && kind !== 'CLOSE' && !isCutOff(template, start))
    return { message: isBeforeComma(template, start) ? NO_COMMA : NAMES_IN_BARS };
  const foreign = start - open.start < MAX_TAG ? foreignTag(tag, start - open.start) : undefined;
  if (foreign !== undefined)
    return {
      code: 'foreign-syntax',
      message: foreign,
      ...(open.kind === 'OPEN_ENDBLOCK' && { start: open.start }),
    };
  if (kind === 'EOF' || TAG_STARTS.has(kind) || isCutOff(template, start)) return neverClosed(open, template);
  if (last?.kind === 'EQUALS' && kind === 'EQUALS')
    return { code: 'foreign-syntax', message: OPERATOR, start: last.start };
  if (last?.kind === 'EQUALS')
    return { message: `A value is missing after "${inside.at(-2)?.text ?? ''}=".` };
  if (open.kind === 'OPEN_ENDBLOCK' && inside.length > 0 && kind !== 'CLOSE' && template[start] !== '}')
    return { message: 'A closing tag has only the name of its block, as in {{/if}}.' };
  if (last?.kind === 'SEP' && kind !== 'NUMBER')
    return { message: `A name is missing after "${last.text}".` };
  if (isPositional(kind, expected) && inside.some(token => token.kind === 'EQUALS'))
    return {
      message: 'An argument without a name cannot follow one with a name: move it before.',
      ...(expected === "'EQUALS'" && last && { start: last.start, end: last.start + last.text.length }),
    };
  switch (kind) {
    case 'NUMBER':
      return template[start - 1] === '.' || template[start - 1] === '/'
        ? { message: `A number in a path needs brackets: write "${pathBefore(template, start)}[${text}]".` }
        : undefined;
    case 'CLOSE_RAW_BLOCK':
      return {
        message: `Put a space between "${open.kind === 'OPEN_UNESCAPED' ? '}}}' : '}}'}", which closes the tag, and the braces after it.`,
      };
    case 'CLOSE_UNESCAPED':
      if (open.kind === 'OPEN_UNESCAPED' || open.kind === 'OPEN_RAW_BLOCK')
        return closedTooSoon(open, inside);
      return { message: 'Put a space between "}}" and "}": "}}}" only closes what "{{{" opened.' };
    case 'CLOSE':
      return closedTooSoon(open, inside);
    case 'OPEN_SEXPR':
      return inside.length === 0
        ? { message: 'A tag begins with a name, not with "(": remove the parentheses.' }
        : undefined;
    case 'CLOSE_SEXPR':
      return last?.kind === 'OPEN_SEXPR'
        ? { message: 'These parentheses are empty: write a helper.' }
        : { message: 'This ")" has no matching "(": remove it, or add "(" before it.' };
    case 'OPEN_BLOCK_PARAMS':
    case 'CLOSE_BLOCK_PARAMS':
      return {
        message: 'Only a block names values with "as |…|", after its arguments: {{#each items as |item|}}.',
      };
    case 'EQUALS':
      return { message: 'An argument with a name follows the helper it is for: {{json value indent=2}}.' };
    case 'INVALID':
      return unreadable(template, start);
    default:
      return undefined;
  }
}

/** Explains a comment, a name in brackets, names between bars or an "@" that is begun but not finished. */
function unfinished(
  { kind, start }: RefusedToken,
  open: LexerToken,
  last: LexerToken | undefined,
  template: string,
): TokenError | undefined {
  const character = template[start];
  if (last === undefined && character === '!') {
    if (template.includes('}}', start))
      return {
        message:
          'A comment begins with "{{!": remove the space before "!". For "not", use {{#unless condition}}…{{/unless}}.',
      };
    const end = start + 1;
    return { start: open.start, end, message: 'The comment that begins here is never closed: add "}}".' };
  }
  if (kind === 'INVALID' && character === '[')
    return { message: 'The bracket that begins here is never closed: add "]".' };
  if (last?.kind === 'OPEN_BLOCK_PARAMS' && character === '|') return { message: NO_NAME_IN_BARS };
  return last?.kind === 'DATA' && kind === 'CLOSE' ? { message: 'A name is missing after "@".' } : undefined;
}

/** Explains a space before the sign of a block, partial or closing tag, or such a sign in the tag of a raw block. */
function wrongBegin(
  { start }: RefusedToken,
  open: LexerToken,
  inside: readonly LexerToken[],
  template: string,
): TokenError | undefined {
  if (inside.length > 0) return undefined;
  const sign = /^[#^>/&](?!\*)/.exec(template.slice(start, start + 2))?.[0];
  if (sign === undefined) return undefined;
  if (open.kind !== 'OPEN_RAW_BLOCK')
    return {
      message: `"${sign}" belongs right after the two braces: write "{{${sign}", without a space.`,
    };
  return sign === '/'
    ? { code: 'mismatched-block', start: open.start, message: NO_RAW_BLOCK }
    : { message: `A raw block begins with its name: remove the "${sign}".` };
}

const NO_RAW_BLOCK =
  'This closes a raw block that was not opened. Remove it, or add {{{{raw}}}} before the text.';

const NO_NAME_IN_BARS = 'A name is missing between the bars.';

const AFTER_BARS = 'Nothing follows the names in "as |…|": write "}}" after the bar.';

const NAMES_IN_BARS =
  'Between the bars are plain names, without dots, brackets or quotes: {{#each items as |item index|}}.';

function isInBars(inside: readonly LexerToken[]): boolean {
  return inside.findLast(({ kind }) => kind.endsWith('_BLOCK_PARAMS'))?.kind === 'OPEN_BLOCK_PARAMS';
}

const NO_COMMA = 'Arguments are separated by spaces: remove the comma.';

function isBeforeComma(template: string, start: number): boolean {
  return /^[^\s,{}]*,/.test(template.slice(start, start + MAX_TAG));
}

const NO_TAG_IN_TAG = 'A tag cannot be inside a tag: write the name alone, without "{{" and "}}".';

/** Returns true if a tag begins within another that continues after it, as in `{{json {{x}}}}`. */
function isNested(template: string, open: LexerToken, start: number): boolean {
  const before = template.slice(open.start, start);
  if (before.length > MAX_TAG || !/^\{\{~?[#^>&]?[\w.@/=\s-]*$/.test(before) || !/[\w>]/.test(before))
    return false;
  return /^\{\{[^{}\r\n]*\}\}[^{}\r\n]*\}\}/.test(template.slice(start, start + MAX_TAG));
}

/** Tokens allowed only between tags. */
const TAG_STARTS: ReadonlySet<string> = new Set([
  ...TAG_OPENS,
  'END_RAW_BLOCK',
  'INVERSE',
  'COMMENT',
  'CONTENT',
]);

/** Returns true if the tag is not closed before the next tag or the end of the template. */
function isCutOff(template: string, start: number): boolean {
  const close = template.indexOf('}}', start);
  if (close < 0) return template[start] !== '}';
  const line = /[\r\n]/.exec(template.slice(start, close));
  const next = template.slice(start, close).lastIndexOf('{{');
  return next >= 0 && (line === null || next > line.index);
}

function neverClosed(open: LexerToken, template: string): TokenError {
  const line = /[\r\n]|$/.exec(template.slice(open.start, open.start + MAX_TAG))?.index ?? 0;
  return {
    start: open.start,
    end: open.start + Math.max(line, open.text.length),
    message: `The tag that begins here is never closed: add "${open.kind === 'OPEN_UNESCAPED' ? '}}}' : '}}'}".`,
  };
}

function isPositional(kind: string, expected: string): boolean {
  return (
    expected === "'EQUALS'" ||
    ['STRING', 'NUMBER', 'BOOLEAN', 'NULL', 'UNDEFINED', 'DATA', 'OPEN_SEXPR'].includes(kind)
  );
}

function closedTooSoon(open: LexerToken, inside: readonly LexerToken[]): TokenError | undefined {
  const opened = inside.findLastIndex(({ kind }, index) => kind === 'OPEN_SEXPR' && isOpen(inside, index));
  if (opened >= 0) {
    const { start, text } = inside[opened] as LexerToken;
    return { start, end: start + text.length, message: 'This parenthesis is never closed: add ")".' };
  }
  if (inside.at(-1)?.kind === 'OPEN_BLOCK_PARAMS') return { message: NO_NAME_IN_BARS };
  if (isInBars(inside)) return { message: 'The names after "as |" are never closed: add "|" before this.' };
  if (inside.length === 0)
    return {
      message:
        open.kind === 'OPEN' || open.kind === 'OPEN_UNESCAPED'
          ? 'The braces are empty. Name a variable, or write "\\{{" for the braces themselves.'
          : 'The braces are empty. Write the name of a block, a helper or a partial.',
    };
  if (open.kind === 'OPEN_RAW_BLOCK')
    return {
      message: '"{{{{" begins a raw block and is closed by four braces. For a variable, write two: {{name}}.',
    };
  return open.kind === 'OPEN_UNESCAPED'
    ? { message: '"{{{" is closed by three braces: write "}}}".' }
    : undefined;
}

function isOpen(tokens: readonly LexerToken[], index: number): boolean {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    const kind = tokens[at]?.kind;
    if (kind === 'OPEN_SEXPR') depth += 1;
    else if (kind === 'CLOSE_SEXPR') depth -= 1;
    if (depth === 0) return false;
  }
  return true;
}

const TRIM_INSIDE = 'A "~" that trims white space belongs right beside the braces, as in {{~name~}}.';

/** Characters that Handlebars' lexer does not accept in a name. */
const NO_NAME = /[!"#%-,/;->@[-^`{-~]/;

function unreadable(template: string, start: number): TokenError | undefined {
  const rest = template.slice(start, start + MAX_TAG);
  const [character = ''] = rest;
  if (character === '"' || character === "'")
    return {
      message: `The text that begins with this quote is never closed: add ${character === '"' ? "'\"'" : '"\'"'}.`,
    };
  if (isBeforeComma(template, start)) return { message: NO_COMMA };
  if (/^[^\s{}]*\}(?!\})/.test(rest)) return { message: 'A tag is closed by two braces: write "}}".' };
  if (character === '~') return { message: TRIM_INSIDE };
  const odd = NO_NAME.exec(rest)?.[0] ?? character;
  return {
    message: `A name cannot contain ${odd === '"' ? "'\"'" : `"${odd}"`}. If it is part of the name, write the name in brackets, as in {{[first name]}}.`,
  };
}

/** The part of a path before `end`: `items.` of `{{items.0}}`. */
function pathBefore(template: string, end: number): string {
  return /[^\s{}()=~#&]*$/.exec(template.slice(Math.max(0, end - 200), end))?.[0] ?? '';
}
