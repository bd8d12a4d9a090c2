/** The body of a prompt as a tree with places: Handlebars' AST, but of a text that may be half written. */
import type { Span } from '../results/span.ts';

export type BodyNode = ContentNode | CommentNode | Mustache | Block | PartialCall | InlinePartialNode;

/** Text between tags, escapes (`\{{`) included. */
export interface ContentNode {
  readonly type: 'content';
  readonly span: Span;
}

export interface CommentNode {
  readonly type: 'comment';
  readonly span: Span;
}

/** `{{name}}`, `{{{name}}}`, `{{helper argument key=value}}` */
export interface Mustache {
  readonly type: 'mustache';
  readonly span: Span;
  /** Undefined for empty braces. */
  readonly call: HelperCall | undefined;
  /** False if its braces are never closed, or it contains an error. */
  readonly sound: boolean;
}

/** `{{#name …}}…{{else}}…{{/name}}`, `{{^name}}…{{/name}}`, `{{{{name}}}}…{{{{/name}}}}` */
export interface Block {
  readonly type: 'block';
  readonly span: Span;
  readonly openTag: Span;
  readonly call: HelperCall | undefined;
  readonly inverted: boolean;
  readonly raw: boolean;
  readonly blockParams: readonly Name[];
  readonly body: Body;
  readonly inverse: Inverse | undefined;
  /** Undefined if the block is never closed, and for a chained `{{else if}}`, which its outermost block closes. */
  readonly close: CloseTag | undefined;
  readonly sound: boolean;
}

/** `{{else}}`, `{{^}}`, or `{{else if …}}`, whose body is a single block: itself. */
export interface Inverse {
  readonly tag: Span;
  readonly chained: boolean;
  readonly body: Body;
}

/** `{{> name …}}`, `{{#> name …}}…{{/name}}` */
export interface PartialCall {
  readonly type: 'partial';
  readonly span: Span;
  readonly openTag: Span;
  /** Undefined for `{{> (computed)}}` and a missing name. */
  readonly name: Name | undefined;
  readonly computed: SubExpressionNode | undefined;
  readonly params: readonly ExpressionNode[];
  readonly hash: readonly HashPairNode[];
  /** Of a block. */
  readonly body: Body | undefined;
  readonly close: CloseTag | undefined;
  readonly sound: boolean;
}

/** `{{#*inline "name"}}…{{/inline}}` */
export interface InlinePartialNode {
  readonly type: 'inline';
  readonly span: Span;
  readonly openTag: Span;
  /** The contents of its string, with its range between the quotes. */
  readonly name: Name | undefined;
  readonly call: HelperCall | undefined;
  readonly body: Body;
  readonly close: CloseTag | undefined;
  readonly sound: boolean;
}

export interface Body {
  /** Between the tags. */
  readonly span: Span;
  readonly nodes: readonly BodyNode[];
}

export interface CloseTag {
  readonly span: Span;
  readonly name: Name;
}

export interface Name {
  readonly name: string;
  readonly span: Span;
}

export interface HelperCall {
  readonly callee: PathNode | LiteralNode;
  readonly params: readonly ExpressionNode[];
  readonly hash: readonly HashPairNode[];
  /** From the callee to the last argument. */
  readonly span: Span;
}

export interface HashPairNode extends Name {
  readonly value: ExpressionNode;
}

export type ExpressionNode = PathNode | LiteralNode | SubExpressionNode;

/** `user.name`, `../title`, `@index`, `this.[odd name]` */
export interface PathNode {
  readonly type: 'path';
  readonly span: Span;
  /** As Handlebars names it: brackets off, `this` and `../` as written. */
  readonly original: string;
  /** Begins with `@`. */
  readonly data: boolean;
  /** The number of `../` that lead it. */
  readonly depth: number;
  /** Begins with `this` or `.`, so that it is neither a block parameter nor a helper. */
  readonly scoped: boolean;
  /** Without `..`, `.` and `this`. */
  readonly segments: readonly Name[];
}

export interface LiteralNode {
  readonly type: 'literal';
  readonly span: Span;
  readonly value: string | number | boolean | null | undefined;
}

export interface SubExpressionNode {
  readonly type: 'sub';
  readonly span: Span;
  readonly call: HelperCall | undefined;
}
