/** A template's tokens from Handlebars' own lexer, with offsets; continues after text that the lexer does not accept. */
import Handlebars from 'handlebars';
import type { Span } from '../results/span.ts';

/** Handlebars' names for its tokens; `INVALID` is text that it does not accept. */
export type TokenKind =
  | 'CONTENT'
  | 'COMMENT'
  | 'OPEN'
  | 'OPEN_UNESCAPED'
  | 'OPEN_BLOCK'
  | 'OPEN_INVERSE'
  | 'OPEN_INVERSE_CHAIN'
  | 'OPEN_PARTIAL'
  | 'OPEN_PARTIAL_BLOCK'
  | 'OPEN_RAW_BLOCK'
  | 'CLOSE_RAW_BLOCK'
  | 'END_RAW_BLOCK'
  | 'OPEN_ENDBLOCK'
  | 'INVERSE'
  | 'CLOSE'
  | 'CLOSE_UNESCAPED'
  | 'OPEN_SEXPR'
  | 'CLOSE_SEXPR'
  | 'ID'
  | 'SEP'
  | 'DATA'
  | 'EQUALS'
  | 'OPEN_BLOCK_PARAMS'
  | 'CLOSE_BLOCK_PARAMS'
  | 'STRING'
  | 'NUMBER'
  | 'BOOLEAN'
  | 'UNDEFINED'
  | 'NULL'
  | 'INVALID';

/** The start of a tag. */
export const TAG_OPENS: ReadonlySet<TokenKind> = new Set([
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
/** The end of a tag. */
export const TAG_CLOSES: ReadonlySet<TokenKind> = new Set(['CLOSE', 'CLOSE_UNESCAPED', 'CLOSE_RAW_BLOCK']);

export interface TagToken extends Span {
  readonly kind: TokenKind;
  /** The text as in Handlebars, without quotes and escapes. */
  readonly text: string;
}

interface HandlebarsLexer {
  setInput(text: string): void;
  lex(): number | string | undefined;
  readonly yytext: string;
  /** The last token as written. */
  readonly match: string;
  /** The remaining text. */
  readonly _input: string;
}
const { lexer, terminals_ } = (
  Handlebars as unknown as {
    Parser: { lexer: HandlebarsLexer; terminals_: Readonly<Record<number, string>> };
  }
).Parser;

export interface Lexed {
  readonly tokens: readonly TagToken[];
  /** The offset at which the lexer stopped; only a comment or raw block that never ends causes that. */
  readonly stuckAt: number | undefined;
}

/** The tokens of `text`, whose first character is at `offset` of the document. Never throws. */
export function lex(text: string, offset: number): Lexed {
  const tokens: TagToken[] = [];
  // The lexer does not accept NUL, so it is replaced by another character.
  lexer.setInput(text.includes('\0') ? text.replaceAll('\0', ' ') : text);
  const position = (): number => offset + text.length - lexer._input.length;
  for (;;) {
    let token: number | string | undefined;
    try {
      token = lexer.lex();
    } catch {
      return { tokens, stuckAt: position() };
    }
    if (token === undefined || token === 1) break;
    const kind = typeof token === 'number' ? terminals_[token] : token;
    if (kind === 'EOF') break;
    const end = position();
    tokens.push({ kind: kind as TokenKind, start: end - lexer.match.length, end, text: lexer.yytext });
  }
  return { tokens, stuckAt: undefined };
}
