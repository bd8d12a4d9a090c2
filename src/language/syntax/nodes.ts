/** The body of a prompt as a tree with places: like Handlebars' AST, but for text that may be incomplete. */
import type { Span } from '../results/span.ts';

export type BodyNode = ContentNode | CommentNode | Mustache | Block | PartialCall | InlinePartialNode;

/** Text between tags, including escapes (`\{{`). */
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

/** `{{else}}`, `{{^}}`, or `{{else if …}}`, whose body is a single block for the tag itself. */
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
  /** The body of a block. */
  readonly body: Body | undefined;
  readonly close: CloseTag | undefined;
  readonly sound: boolean;
}

/** `{{#*inline "name"}}…{{/inline}}` */
export interface InlinePartialNode {
  readonly type: 'inline';
  readonly span: Span;
  readonly openTag: Span;
  /** The contents of the string, with the range between the quotes. */
  readonly name: Name | undefined;
  readonly call: HelperCall | undefined;
  readonly body: Body;
  readonly close: CloseTag | undefined;
  readonly sound: boolean;
}

export interface Body {
  /** The range between the tags. */
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
  /** As in Handlebars: without brackets, `this` and `../` as written. */
  readonly original: string;
  /** True if it begins with `@`. */
  readonly data: boolean;
  /** The number of `../` that it begins with. */
  readonly depth: number;
  /** True if it begins with `this` or `.`, so that it is neither a block parameter nor a helper. */
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
