/**
 * Finds the tokens around a caret in a tag that may be incomplete. Uses the lexer up to the caret, since a tree cannot
 * distinguish `{{user.` from a call of `user` with `.`.
 */
import type { Analysis } from '../../analysis/analysis.ts';
import { type BodyScope, scopeAt } from '../../names/resolved.ts';
import type { Span } from '../../results/span.ts';
import { lex, TAG_OPENS, type TagToken, type TokenKind } from '../../syntax/lex.ts';
import { type OpenBlock, type TagAtCursor, tagBefore } from './tags.ts';

/** The word at the caret: a path as far as it is typed. */
export interface Word {
  /** From the first character of the path. */
  readonly start: number;
  /** The range from the last separator to the end of the name around the caret. */
  readonly name: Span;
  /** End of the path around the caret. */
  readonly end: number;
  /** The segments before the last separator, including `..`. */
  readonly head: readonly string[];
  /** True if it begins with `@`. */
  readonly data: boolean;
}

/** A call around the caret: that of the tag, or of a parenthesis in it. */
export interface Frame {
  readonly callee: string | undefined;
  /** The arguments before the caret, as written. */
  readonly args: readonly string[];
  /** The names of the named arguments. */
  readonly options: readonly string[];
  /** The option whose value is at the caret: `indent=|`. */
  readonly option: string | undefined;
}

export interface TagCaret {
  readonly opening: TagToken;
  readonly tag: TagAtCursor;
  readonly frame: Frame;
  /** True if the caret is in a parenthesis. */
  readonly inSub: boolean;
  readonly word: Word;
  /** The quoted text around the caret: the range between the quotes, and whether the closing one exists. */
  readonly quoted: { readonly span: Span; readonly quote: string; readonly isClosed: boolean } | undefined;
  /** The text after the path in the tag. */
  readonly next: TagToken | undefined;
  readonly scope: BodyScope | undefined;
  /** The open blocks around the caret, the innermost last. */
  readonly open: readonly OpenBlock[];
}

const ENDS: ReadonlySet<TokenKind> = new Set([
  'CLOSE',
  'CLOSE_UNESCAPED',
  'CLOSE_RAW_BLOCK',
  'CONTENT',
  'COMMENT',
]);
const STARTS: ReadonlySet<TokenKind> = new Set([...TAG_OPENS, 'END_RAW_BLOCK', 'INVERSE']);
/** Tokens after which no existing name can be: `as |`, which new names follow, and text that the lexer cannot read. */
const NOT_FOR_NAMES: ReadonlySet<TokenKind> = new Set(['OPEN_BLOCK_PARAMS', 'INVALID']);
const IN_WORD: ReadonlySet<TokenKind> = new Set(['ID', 'SEP', 'DATA']);
const UNLIKE_NAMES: ReadonlySet<TokenKind> = new Set(['DATA', 'STRING', 'OPEN_SEXPR']);
const VALUES: ReadonlySet<TokenKind> = new Set(['STRING', 'NUMBER', 'BOOLEAN', 'UNDEFINED', 'NULL']);

/** Undefined if the caret is not in a tag, or nothing can be offered: in a comment, in a number, after `as |`. */
export function caretInTag({ text, body, resolved }: Analysis, offset: number): TagCaret | undefined {
  const tag = tagBefore(body.body, offset);
  if (tag === undefined || tag.isComment) return undefined;
  const { start, end } = tag.span;
  if (end < offset && (tag.isSound || /[\r\n]/.test(text.slice(end, offset)))) return undefined;
  // The blank ends a name at the caret, which the lexer would otherwise not recognize.
  const [opening, ...tokens] = lex(`${text.slice(start, offset)} `, start).tokens;
  if (opening === undefined || !STARTS.has(opening.kind)) return undefined;
  // At the end of the word "else".
  if (opening.kind === 'OPEN_INVERSE_CHAIN' && opening.end === offset) return undefined;
  const quote = tokens.findIndex(({ kind, text }) => kind === 'INVALID' && /^["']$/.test(text));
  // A quote that was opened on an earlier line is probably not closed, and a later quote only seems to close it.
  if (quote >= 0 && /[\r\n]/.test(text.slice(tokens[quote]?.start, offset))) return undefined;
  const before = quote < 0 ? tokens : tokens.slice(0, quote);
  if (before.some(({ kind }) => ENDS.has(kind) || STARTS.has(kind) || NOT_FOR_NAMES.has(kind)))
    return undefined;
  const around = lex(`${text.slice(start, Math.max(end, offset))} `, start).tokens;
  // Nothing can be inserted between the braces and the sign of a tag.
  if (around[0]?.end !== opening.end && around[0]?.kind !== 'INVERSE') return undefined;
  const quoted = quote < 0 ? undefined : quotedAt(text, tokens[quote] as TagToken, offset, around);
  const chain = quote < 0 ? wordTokens(before, offset) : [];
  const last = before.at(-1);
  // Text inserted right before an argument's value would become part of it, or another argument, so it replaces the
  // value.
  const value = last?.kind === 'EQUALS' && quoted === undefined ? valueAt(around, offset) : undefined;
  if (value !== undefined && value.kind !== 'ID') return undefined;
  const word =
    quoted === undefined ? wordOf(value === undefined ? chain : [value], offset, around) : emptyWord(offset);
  // A number, a text that ends, a name in brackets at the caret.
  if (
    quoted === undefined &&
    chain.length === 0 &&
    last?.end === offset &&
    last.kind !== 'OPEN_SEXPR' &&
    last.kind !== 'EQUALS'
  )
    return undefined;
  const frames = framesOf(before.slice(0, before.length - chain.length), text);
  const from = quoted === undefined ? word.end : quoted.span.end + (quoted.isClosed ? 1 : 0);
  const next = nextToken(around, opening, from);
  // Text inserted right before the name of an argument would become part of it.
  const afterNext = next && around[around.indexOf(next) + 1];
  if (next?.kind === 'ID' && next.start === from && afterNext?.kind === 'EQUALS') return undefined;
  return {
    opening,
    tag,
    frame: frames.at(-1) as Frame,
    inSub: frames.length > 1,
    word,
    quoted,
    next,
    scope: scopeAt(resolved, tag.scopeAt),
    open: tag.open,
  };
}

/** A blank if a name at the caret could not be separated from what follows it. */
export function gapAfterName({ next, word }: TagCaret): string {
  const isJoined = next !== undefined && next.start === word.end && UNLIKE_NAMES.has(next.kind);
  return isJoined ? ' ' : '';
}

function valueAt(around: readonly TagToken[], offset: number): TagToken | undefined {
  const token = around.find(({ start, end }) => start === offset && end > offset);
  return token === undefined || ENDS.has(token.kind) || token.kind === 'CLOSE_SEXPR' ? undefined : token;
}

function nextToken(around: readonly TagToken[], opening: TagToken, from: number): TagToken | undefined {
  const [whole] = around;
  // `{{^}}` is one token, an else, but not with a name in it.
  if (whole?.kind === 'INVERSE' && whole.end > from)
    return { kind: 'CLOSE', text: '}}', start: from, end: whole.end };
  return around.find(token => token.start >= from && token.start >= opening.end);
}

function quotedAt(
  text: string,
  { start, text: quote }: TagToken,
  offset: number,
  around: readonly TagToken[],
): TagCaret['quoted'] {
  const whole = around.find(token => token.kind === 'STRING' && token.start === start && token.end > offset);
  // A quote after the end of the tag or line does not close this text.
  const isClosed = whole !== undefined && !/[\r\n]|\}\}/.test(text.slice(start, whole.end));
  return { span: { start: start + 1, end: isClosed ? whole.end - 1 : offset }, quote, isClosed };
}

/** The tokens of the path that ends at the caret. */
function wordTokens(tokens: readonly TagToken[], offset: number): readonly TagToken[] {
  let first = tokens.length;
  let end = offset;
  for (
    let token = tokens[first - 1];
    token?.end === end && IN_WORD.has(token.kind);
    token = tokens[first - 1]
  ) {
    end = token.start;
    first -= 1;
  }
  return tokens.slice(first);
}

function wordOf(chain: readonly TagToken[], offset: number, around: readonly TagToken[]): Word {
  const head: string[] = [];
  let name: TagToken | undefined;
  for (const token of chain) {
    if (token.kind === 'DATA') continue;
    // A dot at the end of a name is read as a separate name.
    if (token.kind === 'SEP' || (name !== undefined && token.text.startsWith('.'))) {
      if (name !== undefined) head.push(bare(name.text));
      name = undefined;
    } else name = token;
  }
  const start = name?.start;
  const index = around.findIndex(token => token.kind === 'ID' && token.start === start);
  const end = Math.max(offset, around[index]?.end ?? offset);
  let pathEnd = end;
  for (let next = index + 1; index >= 0 && around[next]?.start === pathEnd; next += 1) {
    if (!IN_WORD.has((around[next] as TagToken).kind)) break;
    pathEnd = (around[next] as TagToken).end;
  }
  return {
    start: chain[0]?.start ?? offset,
    name: { start: start ?? offset, end },
    end: pathEnd,
    head,
    data: chain[0]?.kind === 'DATA',
  };
}

function emptyWord(offset: number): Word {
  return { start: offset, name: { start: offset, end: offset }, end: offset, head: [], data: false };
}

function bare(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
}

/** The calls that are open after `tokens`, the innermost last. */
function framesOf(tokens: readonly TagToken[], text: string): Frame[] {
  type Open = { callee: Span | undefined; args: Span[]; options: string[]; option: string | undefined };
  const open = (): Open => ({ callee: undefined, args: [], options: [], option: undefined });
  const frames: Open[] = [open()];
  const value = (span: { start: number; end: number }): void => {
    const frame = frames.at(-1) as Open;
    if (frame.callee === undefined) frame.callee = span;
    else if (frame.option !== undefined) frame.option = undefined;
    else frame.args.push(span);
    last = span;
  };
  let last: { start: number; end: number } | undefined;
  const starts: number[] = [];
  for (const [index, token] of tokens.entries()) {
    const previous = tokens[index - 1];
    const goesOn =
      previous !== undefined &&
      previous.end === token.start &&
      IN_WORD.has(previous.kind) &&
      IN_WORD.has(token.kind);
    if (token.kind === 'OPEN_SEXPR') {
      starts.push(token.start);
      frames.push(open());
    } else if (token.kind === 'CLOSE_SEXPR' && frames.length > 1) {
      frames.pop();
      value({ start: starts.pop() ?? token.start, end: token.end });
    } else if (token.kind === 'ID' && tokens[index + 1]?.kind === 'EQUALS') {
      const frame = frames.at(-1) as Open;
      frame.options.push(bare(token.text));
      frame.option = bare(token.text);
    } else if (goesOn && last !== undefined) last.end = token.end;
    else if (IN_WORD.has(token.kind) || VALUES.has(token.kind)) value({ start: token.start, end: token.end });
  }
  const written = ({ start, end }: Span): string => text.slice(start, end);
  return frames.map(frame => ({
    ...frame,
    callee: frame.callee && written(frame.callee),
    args: frame.args.map(written),
  }));
}
