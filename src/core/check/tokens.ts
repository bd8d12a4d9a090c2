/** A template's tokens, from Handlebars' lexer. */
import { parser } from '../parser.ts';
import { lineStarts, offsetOf } from '../template-position.ts';

export interface LexerToken {
  /** The lexer's own name for it. */
  readonly kind: string;
  readonly text: string;
  readonly start: number;
}

/** The tokens of a template, up to the first that the lexer or the parser would not accept. */
export function* tokensOf(template: string): Generator<LexerToken, void, undefined> {
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

/**
 * The name in a block's opening or closing tag, as the parser compares it.
 * @param isWritten true to keep brackets and quotes, so that it can be written in a tag
 */
export function nameAfter(tokens: readonly LexerToken[], opening: number, isWritten = false): string {
  let name = '';
  let isPart = true;
  for (let at = opening + 1; at < tokens.length; at++) {
    const { kind, text } = tokens[at] as LexerToken;
    if (kind === 'DATA') name += '@';
    else if (kind === 'SEP') {
      name += text;
      isPart = true;
    } else if (isPart && NAMES.has(kind)) {
      name += isWritten ? (kind === 'STRING' ? `"${text}"` : text) : withoutBrackets(kind, text);
      isPart = false;
    } else return name;
  }
  return name;
}

function withoutBrackets(kind: string, text: string): string {
  return kind === 'ID' ? text.replace(/^\[(.*)\]$/, '$1') : text;
}

const NAMES = new Set(['ID', 'STRING', 'NUMBER', 'BOOLEAN', 'UNDEFINED', 'NULL']);

/** The offset after the braces that close a tag, or the template's end if there are none. */
export function endOfTag(template: string, start: number): number {
  const end = template.indexOf('}}', start);
  return end < 0 ? template.length : end + 2;
}

export const TAG_OPENS: ReadonlySet<string> = new Set([
  'OPEN',
  'OPEN_UNESCAPED',
  'OPEN_BLOCK',
  'OPEN_INVERSE',
  'OPEN_INVERSE_CHAIN',
  'OPEN_PARTIAL',
  'OPEN_PARTIAL_BLOCK',
  'OPEN_RAW_BLOCK',
  'OPEN_ENDBLOCK',
]);
export const TAG_CLOSES: ReadonlySet<string> = new Set(['CLOSE', 'CLOSE_UNESCAPED', 'CLOSE_RAW_BLOCK']);
