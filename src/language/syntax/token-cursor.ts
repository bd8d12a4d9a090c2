/** A cursor over the tokens of a template, which records the places of errors. */
import type { Span } from '../results/span.ts';
import type { TagToken, TokenKind } from './lex.ts';

/** The maximum number of places, since a text of a million braces would have as many. */
export const MAX_PLACES = 500;

export class TokenCursor {
  /** Start of the first token and end of the last one in the document. */
  readonly start: number;
  readonly end: number;
  /** The next token's index. */
  next = 0;
  /** The number of errors found, kept or not. */
  wrong = 0;
  /** True if all errors are inside single tags. */
  local = true;
  /** The number of open parentheses. */
  depth = 0;
  readonly unreadable: Span[] = [];
  readonly #text: string;
  readonly #tokens: readonly TagToken[];

  constructor(text: string, start: number, tokens: readonly TagToken[]) {
    this.#text = text;
    this.start = start;
    this.end = start + text.length;
    this.#tokens = tokens;
  }

  /** The token at distance `ahead` from the next one, which may be negative; undefined at the end. */
  peek(ahead = 0): TagToken | undefined {
    return this.#tokens[this.next + ahead];
  }

  /** Consumes the next token, which must exist. */
  take(): TagToken {
    const token = this.#tokens[this.next] as TagToken;
    this.next += 1;
    return token;
  }

  /** Consumes the next token if it is of this kind. */
  takeIf(kind: TokenKind): TagToken | undefined {
    return this.peek()?.kind === kind ? this.take() : undefined;
  }

  textOf({ start, end }: Span): string {
    return this.#text.slice(start - this.start, end - this.start);
  }

  /** Records that the text at a place cannot be read. */
  refuse(span: Span): void {
    this.wrong += 1;
    if (this.unreadable.length < MAX_PLACES) this.unreadable.push(span);
  }
}

export function spanOf({ start, end }: Span): Span {
  return { start, end };
}
