/** Parses one tag of a template: its braces, with the call, path or literals between them. */
import { MAX_DEPTH } from '../../core/check/too-deep.ts';
import type { Span } from '../results/span.ts';
import { TAG_CLOSES, TAG_OPENS, type TagToken, type TokenKind } from './lex.ts';
import type {
  ExpressionNode,
  HashPairNode,
  HelperCall,
  LiteralNode,
  Name,
  PathNode,
  SubExpressionNode,
} from './nodes.ts';
import { spanOf, type TokenCursor } from './token-cursor.ts';

export interface OpenTag {
  readonly tag: Span;
  readonly call: HelperCall | undefined;
  /** The computed name of a partial, with the arguments after it. */
  readonly computed: (TagArguments & { readonly name: SubExpressionNode }) | undefined;
  readonly blockParams: readonly Name[];
  /** True if it has no error. */
  readonly sound: boolean;
}

export interface TagArguments {
  readonly params: readonly ExpressionNode[];
  readonly hash: readonly HashPairNode[];
}

/** Tokens that are the start of a tag, or a whole tag. */
const TAG_STARTS: ReadonlySet<TokenKind> = new Set([
  ...TAG_OPENS,
  'END_RAW_BLOCK',
  'INVERSE',
  'COMMENT',
  'CONTENT',
]);
const LITERALS: ReadonlySet<TokenKind> = new Set(['STRING', 'NUMBER', 'BOOLEAN', 'UNDEFINED', 'NULL']);

/** Reads a tag, which the next token opens. `mayCompute` allows a computed name, as in `{{> (lookup …)}}`. */
export function readTag(tokens: TokenCursor, closing: TokenKind, mayCompute = false): OpenTag {
  const opening = tokens.take();
  const failed = tokens.wrong;
  const isComputed = mayCompute && tokens.peek()?.kind === 'OPEN_SEXPR';
  const computed = isComputed ? { name: readSub(tokens), ...readArguments(tokens) } : undefined;
  const call = isComputed ? undefined : readCall(tokens);
  const blockParams = readBlockParams(tokens);
  const token = tokens.peek();
  if (token !== undefined && TAG_CLOSES.has(token.kind)) {
    tokens.next += 1;
    // The end of a raw block's tag starts raw text, even in another tag.
    if (token.kind === 'CLOSE_RAW_BLOCK' && closing !== token.kind) tokens.local = false;
    const tag = { start: opening.start, end: token.end };
    if (call === undefined && computed === undefined && tokens.wrong === failed) tokens.refuse(tag);
    else if (token.kind !== closing && tokens.wrong === failed) tokens.refuse(tag);
    return { tag, call, computed, blockParams, sound: tokens.wrong === failed };
  }
  const end = leaveTag(tokens, opening, failed);
  return { tag: { start: opening.start, end }, call, computed, blockParams, sound: false };
}

/** Skips a tag with an error; returns its end. */
function leaveTag(tokens: TokenCursor, opening: TagToken, failed: number): number {
  const wrong = tokens.peek();
  let last = tokens.peek(-1) ?? opening;
  for (let token = wrong; token !== undefined && !TAG_STARTS.has(token.kind); token = tokens.peek()) {
    tokens.next += 1;
    if (token.kind === 'INVALID' || token.kind === 'CLOSE_RAW_BLOCK') tokens.local = false;
    if (TAG_CLOSES.has(token.kind)) {
      if (wrong !== undefined && tokens.wrong === failed) tokens.refuse(spanOf(wrong));
      return token.end;
    }
    last = token;
  }
  // The tag is never closed: it includes the rest of its line, and what follows is text.
  tokens.local = false;
  const line = /[\r\n]/.exec(tokens.textOf({ start: opening.end, end: last.end }))?.index;
  const end = line === undefined ? last.end : opening.end + line;
  tokens.refuse({ start: opening.start, end });
  return end;
}

/** A callee and its arguments; undefined if there is no callee. */
function readCall(tokens: TokenCursor): HelperCall | undefined {
  const callee = readPathOrLiteral(tokens);
  if (callee === undefined) return undefined;
  const { params, hash, end } = readArguments(tokens);
  return { callee, params, hash, span: { start: callee.span.start, end: end ?? callee.span.end } };
}

function readArguments(tokens: TokenCursor): {
  params: ExpressionNode[];
  hash: HashPairNode[];
  end: number | undefined;
} {
  const params: ExpressionNode[] = [];
  const hash: HashPairNode[] = [];
  let end: number | undefined;
  for (;;) {
    const key = tokens.peek();
    if (key?.kind === 'ID' && tokens.peek(1)?.kind === 'EQUALS') {
      tokens.next += 2;
      const value = readExpression(tokens);
      if (value === undefined) {
        tokens.refuse(spanOf(key));
        end = tokens.peek(-1)?.end;
        continue;
      }
      hash.push({ name: bare(key.text), span: spanOf(key), value });
      end = value.span.end;
      continue;
    }
    const value = readExpression(tokens);
    if (value === undefined) return { params, hash, end };
    if (hash.length > 0) tokens.refuse(value.span);
    params.push(value);
    end = value.span.end;
  }
}

function readExpression(tokens: TokenCursor): ExpressionNode | undefined {
  return tokens.peek()?.kind === 'OPEN_SEXPR' ? readSub(tokens) : readPathOrLiteral(tokens);
}

function readSub(tokens: TokenCursor): SubExpressionNode {
  const open = tokens.take();
  tokens.depth += 1;
  if (tokens.depth > MAX_DEPTH) {
    if (tokens.depth === MAX_DEPTH + 1) tokens.refuse(spanOf(open));
    tokens.depth -= 1;
    return { type: 'sub', span: spanOf(open), call: undefined };
  }
  const call = readCall(tokens);
  tokens.depth -= 1;
  const token = tokens.peek();
  if (token?.kind === 'CLOSE_SEXPR') {
    tokens.next += 1;
    const span = { start: open.start, end: token.end };
    if (call === undefined) tokens.refuse(span);
    return { type: 'sub', span, call };
  }
  tokens.refuse(spanOf(open));
  return { type: 'sub', span: { start: open.start, end: call?.span.end ?? open.end }, call };
}

function readPathOrLiteral(tokens: TokenCursor): PathNode | LiteralNode | undefined {
  const token = tokens.peek();
  if (token === undefined) return undefined;
  if (LITERALS.has(token.kind)) {
    tokens.next += 1;
    return { type: 'literal', span: spanOf(token), value: literalOf(token) };
  }
  if (token.kind === 'ID') return readPath(tokens, token.start, false);
  if (token.kind !== 'DATA' || tokens.peek(1)?.kind !== 'ID') return undefined;
  tokens.next += 1;
  return readPath(tokens, token.start, true);
}

function readPath(tokens: TokenCursor, start: number, data: boolean): PathNode {
  const segments: Name[] = [];
  let original = data ? '@' : '';
  let depth = 0;
  let scoped = false;
  let end = start;
  for (;;) {
    const id = tokens.take();
    end = id.end;
    const name = bare(id.text);
    original += name;
    if (name === id.text && (name === '..' || name === '.' || name === 'this')) {
      if (segments.length > 0) tokens.refuse(spanOf(id));
      else if (name === '..') depth += 1;
      else scoped = true;
    } else segments.push({ name, span: spanOf(id) });
    const separator = tokens.peek();
    if (separator?.kind !== 'SEP') break;
    if (tokens.peek(1)?.kind !== 'ID') {
      // `user.` while it is being typed: keep the path so far.
      tokens.next += 1;
      tokens.refuse(spanOf(separator));
      end = separator.end;
      break;
    }
    tokens.next += 1;
    original += separator.text;
  }
  return { type: 'path', span: { start, end }, original, data, depth, scoped, segments };
}

function readBlockParams(tokens: TokenCursor): Name[] {
  if (tokens.peek()?.kind !== 'OPEN_BLOCK_PARAMS') return [];
  tokens.next += 1;
  const names: Name[] = [];
  for (let token = tokens.peek(); token?.kind === 'ID'; token = tokens.peek()) {
    names.push({ name: bare(token.text), span: spanOf(token) });
    tokens.next += 1;
  }
  const close = tokens.peek();
  if (close?.kind === 'CLOSE_BLOCK_PARAMS') {
    tokens.next += 1;
    if (names.length === 0) tokens.refuse(spanOf(close));
  }
  return names;
}

/** The text of an ID without its brackets. */
function bare(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
}

function literalOf({ kind, text }: TagToken): LiteralNode['value'] {
  switch (kind) {
    case 'NUMBER':
      return Number(text);
    case 'BOOLEAN':
      return text === 'true';
    case 'NULL':
      return null;
    case 'UNDEFINED':
      return undefined;
    default:
      return text;
  }
}
