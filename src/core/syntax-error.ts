/** What is wrong with a template that Handlebars' parser refuses: one sentence that leads to the fix, and its place. */
/// <reference path="./handlebars-parser.d.ts" />
import { parser } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import { lineStarts, offsetOf } from './template-position.ts';

/** 0-based offsets in the template. */
export interface SyntaxFault {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

/** How deep blocks and subexpressions may nest: they are parsed and evaluated recursively. */
export const MAX_DEPTH = 100;
/** How many `{{else if}}` one block may have: each nests in the one before. */
export const MAX_CHAIN = 500;

/**
 * Where the template nests too deep, told by the lexer alone: the parser takes the square of the depth, and what comes
 * after it is recursive.
 */
export function findTooDeep(template: string): SyntaxFault | undefined {
  if (!mayNestTooDeep(template)) return undefined;
  /** Of each block or call around, how many `{{else if}}` it has. */
  const around: number[] = [];
  for (const { kind, start, text } of tokensOf(template)) {
    const told = (message: string): SyntaxFault => ({ start, end: start + text.length, message });
    if (SHALLOWER.has(kind)) around.pop();
    if (DEEPER.has(kind)) around.push(0);
    if (around.length > MAX_DEPTH)
      return told(
        `Blocks nest deeper than ${MAX_DEPTH} here. Move the inner ones into a partial, or flatten them.`,
      );
    if (kind !== 'OPEN_INVERSE_CHAIN') continue;
    const chain = (around.pop() ?? 0) + 1;
    if (chain > MAX_CHAIN)
      return told(
        `A block has at most ${MAX_CHAIN} "{{else if}}". Look the text up in a list or object instead.`,
      );
    around.push(chain);
  }
  return undefined;
}

/** False where a look at the tags alone says that the template is shallow: the lexer takes far longer. */
function mayNestTooDeep(template: string): boolean {
  let opened = 0;
  for (const _ of template.matchAll(/\(|\{\{~?[#^{]/g)) if (++opened > MAX_DEPTH) break;
  let chained = 0;
  for (const _ of template.matchAll(/\{\{~?\s*else\s/g)) if (++chained > MAX_CHAIN) return true;
  if (opened <= MAX_DEPTH) return false;
  // Within these a tag is none.
  if (/\\\{\{|\{\{~?!|\{\{\{\{/.test(template)) return true;
  let depth = 0;
  for (let tag = template.indexOf('{{'); tag >= 0; tag = template.indexOf('{{', INSIDE_TAG.lastIndex)) {
    const kind = template[template[tag + 2] === '~' ? tag + 3 : tag + 2];
    if (kind === '#' || kind === '^') depth += 1;
    else if (kind === '/') depth -= 1;
    let within = depth;
    INSIDE_TAG.lastIndex = tag + 2;
    for (;;) {
      if (within > MAX_DEPTH) return true;
      const [piece] = INSIDE_TAG.exec(template) ?? [];
      // The parser refuses a tag that is not closed, and reads no further.
      if (piece === undefined) return false;
      if (piece === '}}') break;
      if (piece === '(') within += 1;
      else if (piece === ')') within -= 1;
    }
  }
  return false;
}

/** The end of a tag, its parentheses, and what may hold them as text: strings, and names in brackets. */
const INSIDE_TAG = /\}\}|[()]|"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[(?:\\\]|[^\]])*\]/g;

const DEEPER = new Set(['OPEN_BLOCK', 'OPEN_PARTIAL_BLOCK', 'OPEN_INVERSE', 'OPEN_RAW_BLOCK', 'OPEN_SEXPR']);
const SHALLOWER = new Set(['OPEN_ENDBLOCK', 'END_RAW_BLOCK', 'CLOSE_SEXPR']);

/**
 * What the parser threw, in our words. Must run right after it did: the lexer still stands at the token that the
 * parser could not use.
 */
export function explainSyntaxError(error: unknown, template: string): SyntaxFault {
  const { yylloc, yytext } = parser.lexer;
  const lines = lineStarts(template);
  const start = offsetOf(lines, yylloc.first_line, yylloc.first_column);
  const { message } = error as Error;
  const expected = /Expecting (.*), got '(\w+)'$/.exec(message);
  const refused: RefusedToken = {
    kind: expected?.[2] ?? '',
    expected: expected?.[1] ?? '',
    text: yytext.split(/[\r\n]/)[0] ?? '',
    start,
    end: Math.min(template.length, start + Math.max(1, yytext.length)),
  };
  return (
    wrongBlock(template, lines, refused) ??
    ownError(error, refused, lines) ??
    unclosedText(error, template) ??
    unexpectedToken(refused, template) ?? {
      start: refused.start,
      end: refused.end,
      message: `"${refused.text}" is not allowed here. Is a "{{" or "}}" missing, or a block closed that was not opened?`,
    }
  );
}

/** The token that the parser could not use. */
interface RefusedToken {
  readonly kind: string;
  /** The kinds that could have stood in its place, as the parser lists them. */
  readonly expected: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface OpenBlock {
  readonly start: number;
  readonly name: string;
}

/** A block that is closed by another name, or never. */
function wrongBlock(
  template: string,
  lines: readonly number[],
  { kind, start: stop }: RefusedToken,
): SyntaxFault | undefined {
  const open: OpenBlock[] = [];
  const tokens = [...tokensOf(template)];
  for (const [index, token] of tokens.entries()) {
    // What follows the first error is read as if that were right.
    if (kind !== '' && kind !== 'EOF' && token.start >= stop) return undefined;
    if (OPENS_BLOCK.has(token.kind)) {
      const name = nameAfter(tokens, index);
      // `{{^}}` is an else, not a block.
      if (name !== '' || token.kind !== 'OPEN_INVERSE') open.push({ start: token.start, name });
    } else if (token.kind === 'OPEN_ENDBLOCK') {
      const last = open.pop();
      const name = nameAfter(tokens, index);
      if (last === undefined) return undefined;
      if (last.name !== name) return wrongClosing(template, lines, token.start, name, last, open);
    }
  }
  const last = open.at(-1);
  if (last === undefined || (kind !== '' && kind !== 'EOF')) return undefined;
  return {
    start: last.start,
    end: endOfTag(template, last.start),
    message: `The block "{{#${last.name}}}" is never closed: add "{{/${last.name}}}".`,
  };
}

const OPENS_BLOCK = new Set(['OPEN_BLOCK', 'OPEN_PARTIAL_BLOCK', 'OPEN_INVERSE']);

function wrongClosing(
  template: string,
  lines: readonly number[],
  start: number,
  name: string,
  last: OpenBlock,
  around: readonly OpenBlock[],
): SyntaxFault {
  const line = lines.findLastIndex(lineStart => lineStart <= last.start) + 1;
  const advice = around.some(block => block.name === name)
    ? `add "{{/${last.name}}}" before this`
    : `write "{{/${last.name}}}"`;
  return {
    start,
    end: endOfTag(template, start),
    message: `"{{/${name}}}" cannot close the block "{{#${last.name}}}" that is open since line ${line}: ${advice}.`,
  };
}

/** What the parser throws errors of its own for. */
function ownError(error: unknown, refused: RefusedToken, lines: readonly number[]): SyntaxFault | undefined {
  const { message, lineNumber, column, endLineNumber, endColumn } = error as Error & {
    readonly lineNumber?: number;
    readonly column?: number;
    readonly endLineNumber?: number;
    readonly endColumn?: number;
  };
  if (message.startsWith('Unexpected inverse')) {
    const { start, end } = refused;
    return { start, end, message: 'An inline partial has no "{{else}}". Remove it, or put {{#if}} inside.' };
  }
  if (lineNumber === undefined || column === undefined) return undefined;
  const start = offsetOf(lines, lineNumber, column);
  const end = offsetOf(lines, endLineNumber ?? lineNumber, endColumn ?? column + 1);
  const [, path] = /^Invalid path: (.*?)(?: - \d+:\d+)?$/s.exec(message) ?? [];
  if (path !== undefined)
    return {
      start,
      end,
      message: `"${path}" is not a valid path: "this", "." and ".." can only come first.`,
    };
  const [, name, other] = /^(.*?) doesn't match (.*?)(?: - \d+:\d+)?$/s.exec(message) ?? [];
  return name === undefined
    ? undefined
    : {
        start,
        end,
        message: `The raw block "{{{{${name}}}}}" is closed by "{{{{/${other}}}}}": write "{{{{/${name}}}}}".`,
      };
}

/** A comment or raw block without an end: the lexer finds none, and names no token. */
function unclosedText(error: unknown, template: string): SyntaxFault | undefined {
  if (!(error as Error).message.startsWith('Lexical error')) return undefined;
  const tokens = [...tokensOf(template)];
  const raw = tokens.findLast(({ kind }) => kind === 'OPEN_RAW_BLOCK');
  const after = tokens.at(-1)?.start ?? 0;
  const comment = template.slice(after).search(/\{\{~?!--/);
  const [start, message] =
    raw !== undefined && comment < 0
      ? [raw.start, 'The raw block that begins here is never closed: add "{{{{/name}}}}" with its name.']
      : [after + Math.max(0, comment), 'The comment that begins here is never closed: add "--}}".'];
  return { start, end: Math.min(template.length, start + 5), message };
}

/** The mistakes that people make most, by the token that the parser could not use. */
function unexpectedToken(refused: RefusedToken, template: string): SyntaxFault | undefined {
  const { kind, expected, text, start, end } = refused;
  const told = (message: string): SyntaxFault => ({ start, end, message });
  switch (kind) {
    case 'EOF':
      return {
        start: template.length,
        end: template.length,
        message:
          'The template ends too soon here. Is a "{{" or "}}" missing, or a block closed that was not opened?',
      };
    case 'NUMBER':
      return template[start - 1] === '.' || template[start - 1] === '/'
        ? told(`A number in a path needs brackets: write "${pathBefore(template, start)}[${text}]".`)
        : undefined;
    case 'CLOSE_UNESCAPED':
      return told('Put a space between "}}" and "}": "}}}" only closes what "{{{" opened.');
    case 'CLOSE':
      if (expected.includes("'CLOSE_UNESCAPED'") && !expected.includes("'CLOSE',"))
        return expected.includes("'CLOSE_SEXPR'")
          ? undefined
          : told('"{{{" is closed by three braces: write "}}}".');
      return /\{\{\{?~?\s*$/.test(template.slice(Math.max(0, start - 20), start))
        ? told(
            'There is nothing between the braces. Name a variable, or write "\\{{" for the braces themselves.',
          )
        : undefined;
    case 'OPEN_ENDBLOCK':
      return {
        start,
        end: endOfTag(template, start),
        message: `"${template.slice(start, endOfTag(template, start))}" closes a block that was not opened.`,
      };
    case 'INVERSE':
    case 'OPEN_INVERSE_CHAIN':
      return expected.includes("'OPEN_ENDBLOCK'")
        ? told('This block has an "{{else}}" already. Remove one of them.')
        : told('"{{else}}" is only allowed inside a block, such as {{#if condition}}…{{else}}…{{/if}}.');
    case 'EQUALS':
    case 'INVALID':
      return /^[=<>!+\-*%&|?]/.test(template.slice(start)) && /\s$/.test(template.slice(0, start))
        ? told('Handlebars has no operators. Pass a boolean, or use {{#ifEquals one other}}…{{/ifEquals}}.')
        : undefined;
    default:
      return undefined;
  }
}

/** `items.` of `{{items.0}}`. */
function pathBefore(template: string, end: number): string {
  return /[^\s{}()=~#&]*$/.exec(template.slice(Math.max(0, end - 200), end))?.[0] ?? '';
}

function endOfTag(template: string, start: number): number {
  const end = template.indexOf('}}', start);
  return end < 0 ? template.length : end + 2;
}

interface Token {
  readonly kind: string;
  readonly text: string;
  readonly start: number;
}

/** The tokens of a template, up to where the lexer or the parser would refuse one. */
function* tokensOf(template: string): Generator<Token, void, undefined> {
  const { lexer, terminals_ } = parser;
  const lines = lineStarts(template);
  lexer.setInput(template);
  for (;;) {
    let token: number | string | undefined;
    try {
      token = lexer.lex();
    } catch {
      return; // the parser refuses the text as well
    }
    if (token === undefined || token === 1) return;
    const kind = typeof token === 'number' ? (terminals_[token] ?? '') : token;
    if (kind === 'EOF' || kind === 'INVALID') return;
    const { first_line, first_column } = lexer.yylloc;
    yield { kind, text: lexer.yytext, start: offsetOf(lines, first_line, first_column) };
  }
}

/** The name in a block's opening or closing tag, as the parser compares it. */
function nameAfter(tokens: readonly Token[], opening: number): string {
  let name = '';
  let isPart = true;
  for (let at = opening + 1; at < tokens.length; at++) {
    const { kind, text } = tokens[at] as Token;
    if (kind === 'DATA') name += '@';
    else if (kind === 'SEP') {
      name += text;
      isPart = true;
    } else if (isPart && NAMES.has(kind)) {
      name += kind === 'ID' ? text.replace(/^\[(.*)\]$/, '$1') : text;
      isPart = false;
    } else return name;
  }
  return name;
}

const NAMES = new Set(['ID', 'STRING', 'NUMBER', 'BOOLEAN', 'UNDEFINED', 'NULL']);
