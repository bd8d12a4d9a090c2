/**
 * Parses a template's tokens to a tree, by Handlebars' grammar (handlebars.yy). Where Handlebars would fail, this
 * records the place and continues, because a text that is being typed nearly always has an error. The checker reports
 * the errors (src/core/check).
 */
import { MAX_CHAIN, MAX_DEPTH } from '../../core/check/too-deep.ts';
import type { Span } from '../results/span.ts';
import { type Lexed, lex, type TagToken, type TokenKind } from './lex.ts';
import type { Block, Body, BodyNode, CloseTag, HelperCall, Inverse, LiteralNode, PathNode } from './nodes.ts';
import { readTag } from './parse-tag.ts';
import { spanOf, TokenCursor } from './token-cursor.ts';

export interface ParsedBody {
  readonly body: Body;
  /** The first 500 places that Handlebars cannot read. */
  readonly unreadable: readonly Span[];
  /** True if all errors are inside single tags, so that the meaning of the text around them is clear. */
  readonly local: boolean;
}

/** Parses `text`, whose first character is at `offset` of the document. Never throws. */
export function parseBody(text: string, offset: number): ParsedBody {
  const lexed = lex(text, offset);
  return new Parser(text, offset, lexed).parse();
}

const OPENS_BLOCK: ReadonlySet<TokenKind> = new Set([
  'OPEN_BLOCK',
  'OPEN_INVERSE',
  'OPEN_PARTIAL_BLOCK',
  'OPEN_RAW_BLOCK',
]);

class Parser {
  readonly #tokens: TokenCursor;
  /** The names of the open blocks, the innermost last. */
  readonly #open: string[] = [];
  #chain = 0;

  constructor(text: string, offset: number, { tokens, stuckAt }: Lexed) {
    this.#tokens = new TokenCursor(text, offset, tokens);
    if (stuckAt === undefined) return;
    this.#tokens.local = false;
    this.#tokens.refuse({ start: stuckAt, end: Math.min(this.#tokens.end, stuckAt + 5) });
  }

  parse(): ParsedBody {
    const body = this.#bodyPast(this.#tokens.start, () => true);
    const { unreadable, local } = this.#tokens;
    return { body, unreadable, local };
  }

  /** Parses a body, skipping closing tags and elses for which `isStray` returns true, as they belong to no block. */
  #bodyPast(start: number, isStray: (token: TagToken) => boolean): Body {
    const nodes: BodyNode[] = [];
    let position = start;
    for (;;) {
      const part = this.#body(position);
      for (const node of part.nodes) nodes.push(node);
      const token = this.#tokens.peek();
      if (token === undefined || !isStray(token)) return { span: { start, end: part.span.end }, nodes };
      const stray = this.#stray(token);
      nodes.push(stray);
      position = stray.span.end;
    }
  }

  /** Parses nodes from `start` up to a closing tag, an else or the end. */
  #body(start: number): Body {
    const nodes: BodyNode[] = [];
    let position = start;
    const content = (end: number): void => {
      if (end > position) nodes.push({ type: 'content', span: { start: position, end } });
    };
    for (;;) {
      const token = this.#tokens.peek();
      if (token === undefined) {
        content(this.#tokens.end);
        return { span: { start, end: this.#tokens.end }, nodes };
      }
      if (isInverse(token) || isClose(token)) {
        content(token.start);
        return { span: { start, end: token.start }, nodes };
      }
      if (token.kind === 'CONTENT') {
        this.#tokens.next += 1;
        continue;
      }
      content(token.start);
      const node = this.#node(token);
      nodes.push(node);
      position = node.span.end;
    }
  }

  #node(token: TagToken): BodyNode {
    if (OPENS_BLOCK.has(token.kind) && this.#open.length >= MAX_DEPTH) return this.#tooDeep(token);
    switch (token.kind) {
      case 'COMMENT':
        this.#tokens.next += 1;
        return { type: 'comment', span: spanOf(token) };
      case 'OPEN_BLOCK':
        return this.#tokens.textOf(token).endsWith('*') ? this.#inline() : this.#block(token, false);
      case 'OPEN_INVERSE':
        return this.#block(token, false);
      case 'OPEN_RAW_BLOCK':
        return this.#rawBlock();
      case 'OPEN_PARTIAL':
      case 'OPEN_PARTIAL_BLOCK':
        return this.#partial(token.kind === 'OPEN_PARTIAL_BLOCK');
      default: {
        const open = readTag(this.#tokens, token.kind === 'OPEN_UNESCAPED' ? 'CLOSE_UNESCAPED' : 'CLOSE');
        return { type: 'mustache', span: open.tag, call: open.call, sound: open.sound };
      }
    }
  }

  /** `chained` is true for an `{{else if …}}`, which the block around it closes. */
  #block(token: TagToken, chained: boolean): Block {
    const open = readTag(this.#tokens, 'CLOSE');
    const name = nameOf(open.call);
    const within = this.#enter(chained ? undefined : name);
    const inverted = token.kind === 'OPEN_INVERSE';
    // An inverted block may have an else, but no else if.
    const body = this.#bodyPast(open.tag.end, next => inverted && next.kind === 'OPEN_INVERSE_CHAIN');
    const next = this.#tokens.peek();
    const inverse = next !== undefined && isInverse(next) ? this.#inverse(next) : undefined;
    const close = chained ? undefined : this.#close(name, open.tag);
    within();
    const lastBody = inverse?.body ?? body;
    return {
      type: 'block',
      span: { start: token.start, end: close?.span.end ?? lastBody.span.end },
      openTag: open.tag,
      call: open.call,
      inverted,
      raw: false,
      blockParams: open.blockParams,
      body,
      inverse,
      close,
      sound: open.sound,
    };
  }

  #inverse(token: TagToken): Inverse {
    if (token.kind === 'OPEN_INVERSE_CHAIN' && this.#chain < MAX_CHAIN) {
      this.#chain += 1;
      const block = this.#block(token, true);
      this.#chain -= 1;
      return { tag: block.openTag, chained: true, body: { span: block.span, nodes: [block] } };
    }
    const tag = token.kind === 'INVERSE' ? spanOf(this.#tokens.take()) : this.#stray(token).span;
    return { tag, chained: false, body: this.#bodyPast(tag.end, isInverse) };
  }

  #rawBlock(): Block {
    const open = readTag(this.#tokens, 'CLOSE_RAW_BLOCK');
    const name = nameOf(open.call);
    let end = open.tag.end;
    while (this.#tokens.peek()?.kind === 'CONTENT') end = this.#tokens.take().end;
    const token = this.#tokens.peek();
    let close: CloseTag | undefined;
    if (token?.kind === 'END_RAW_BLOCK') {
      this.#tokens.next += 1;
      close = {
        span: spanOf(token),
        name: { name: token.text, span: this.#within(token, token.text) },
      };
      if (close.name.name !== name) this.#refuseBlock(close.name.span);
    } else this.#refuseBlock(open.tag);
    const body = { start: open.tag.end, end };
    return {
      type: 'block',
      span: { start: open.tag.start, end: close?.span.end ?? end },
      openTag: open.tag,
      call: open.call,
      inverted: false,
      raw: true,
      blockParams: [],
      body: { span: body, nodes: end > body.start ? [{ type: 'content', span: body }] : [] },
      inverse: undefined,
      close,
      sound: open.sound,
    };
  }

  #partial(isBlock: boolean): BodyNode {
    const open = readTag(this.#tokens, 'CLOSE', true);
    const callee = open.call?.callee;
    const name = callee === undefined ? undefined : { name: textOfCallee(callee), span: callee.span };
    const parts = {
      type: 'partial',
      openTag: open.tag,
      name,
      computed: open.computed?.name,
      params: (open.call ?? open.computed)?.params ?? [],
      hash: (open.call ?? open.computed)?.hash ?? [],
      sound: open.sound,
    } as const;
    if (!isBlock) return { ...parts, span: open.tag, body: undefined, close: undefined };
    const within = this.#enter(name?.name ?? '');
    const body = this.#bodyPast(open.tag.end, isInverse);
    const close = this.#close(name?.name ?? '', open.tag);
    within();
    const span = { start: open.tag.start, end: close?.span.end ?? body.span.end };
    return { ...parts, span, body, close };
  }

  #inline(): BodyNode {
    const open = readTag(this.#tokens, 'CLOSE');
    const name = nameOf(open.call);
    const within = this.#enter(name);
    const body = this.#bodyPast(open.tag.end, isInverse);
    const close = this.#close(name, open.tag);
    within();
    const [first] = open.call?.params ?? [];
    const named = first?.type === 'literal' && typeof first.value === 'string' ? first : undefined;
    return {
      type: 'inline',
      span: { start: open.tag.start, end: close?.span.end ?? body.span.end },
      openTag: open.tag,
      name: named && {
        name: String(named.value),
        span: { start: named.span.start + 1, end: named.span.end - 1 },
      },
      call: open.call,
      body,
      close,
      sound: open.sound,
    };
  }

  /** Registers an open block until the returned function is called. No `name`: another block's tag closes it. */
  #enter(name: string | undefined): () => void {
    if (name === undefined) return () => {};
    this.#open.push(name);
    return () => void this.#open.pop();
  }

  /** Skips a block that nests too deep, with its contents: one issue instead of a stack overflow. */
  #tooDeep(token: TagToken): BodyNode {
    const { tag } = readTag(this.#tokens, 'CLOSE');
    this.#tokens.local = false;
    this.#tokens.refuse(tag);
    let { end } = tag;
    for (let open = 1; open > 0; ) {
      const next = this.#tokens.peek();
      if (next === undefined) break;
      this.#tokens.next += 1;
      if (OPENS_BLOCK.has(next.kind)) open += 1;
      else if (next.kind === 'OPEN_ENDBLOCK' || next.kind === 'END_RAW_BLOCK') open -= 1;
      end = next.end;
    }
    for (
      let next = this.#tokens.peek();
      next?.kind === 'ID' || next?.kind === 'SEP';
      next = this.#tokens.peek()
    )
      end = this.#tokens.take().end;
    end = this.#tokens.takeIf('CLOSE')?.end ?? end;
    return { type: 'mustache', span: { start: token.start, end }, call: undefined, sound: false };
  }

  /** The closing tag of the innermost open block, if the next token begins it or a similar one. */
  #close(name: string, openTag: Span): CloseTag | undefined {
    const token = this.#tokens.peek();
    if (token === undefined) {
      this.#refuseBlock(openTag);
      return undefined;
    }
    const start = this.#tokens.next;
    const close = this.#closeTag();
    if (close.name.name === name) return close;
    // The tag closes a block further out, so this one is never closed.
    if (this.#open.lastIndexOf(close.name.name, -2) >= 0) {
      this.#tokens.next = start;
      this.#refuseBlock(openTag);
      return undefined;
    }
    this.#refuseBlock(close.name.span);
    return close;
  }

  #closeTag(): CloseTag {
    const token = this.#tokens.peek() as TagToken;
    if (token.kind === 'END_RAW_BLOCK') {
      this.#tokens.next += 1;
      return { span: spanOf(token), name: { name: token.text, span: this.#within(token, token.text) } };
    }
    const { tag, call } = readTag(this.#tokens, 'CLOSE');
    const callee = call?.callee;
    if (call !== undefined && call.span.end !== callee?.span.end) this.#tokens.refuse(call.span);
    return callee === undefined
      ? { span: tag, name: { name: '', span: { start: token.end, end: token.end } } }
      : { span: tag, name: { name: textOfCallee(callee), span: callee.span } };
  }

  /** Reads an else or a closing tag in the wrong place. */
  #stray(token: TagToken): BodyNode {
    this.#tokens.local = false;
    const node = (span: Span): BodyNode => ({ type: 'mustache', span, call: undefined, sound: false });
    if (isClose(token)) {
      const { span } = this.#closeTag();
      this.#tokens.refuse(span);
      return node(span);
    }
    const tag =
      token.kind === 'OPEN_INVERSE_CHAIN' ? readTag(this.#tokens, 'CLOSE').tag : spanOf(this.#tokens.take());
    this.#tokens.refuse(tag);
    return node(tag);
  }

  #refuseBlock(span: Span): void {
    this.#tokens.local = false;
    this.#tokens.refuse(span);
  }

  /** The range of `name` in a token. */
  #within(token: TagToken, name: string): Span {
    const start = token.start + this.#tokens.textOf(token).lastIndexOf(name);
    return { start, end: start + name.length };
  }
}

function isClose({ kind }: TagToken): boolean {
  return kind === 'OPEN_ENDBLOCK' || kind === 'END_RAW_BLOCK';
}

function isInverse({ kind }: TagToken): boolean {
  return kind === 'INVERSE' || kind === 'OPEN_INVERSE_CHAIN';
}

function nameOf(call: HelperCall | undefined): string {
  return call === undefined ? '' : textOfCallee(call.callee);
}

function textOfCallee(callee: PathNode | LiteralNode): string {
  return callee.type === 'path' ? callee.original : String(callee.value);
}
