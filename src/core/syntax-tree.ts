/** Handlebars' syntax tree as its parser creates it, with types discriminated by `type`. */

/** Line from 1, column from 0, as the parser counts. */
export interface TreePosition {
  readonly line: number;
  readonly column: number;
}

export function isBefore(one: TreePosition, other: TreePosition): boolean {
  return one.line === other.line ? one.column < other.column : one.line < other.line;
}

/** Anything with a place. */
export interface Node {
  readonly loc: { readonly start: TreePosition; readonly end: TreePosition };
}

export interface Program {
  readonly type: 'Program';
  readonly body: readonly Statement[];
  /** The names in `as |item index|`. */
  readonly blockParams?: readonly string[];
  /** Set for an else that contains one block: `{{else if …}}`. */
  readonly chained?: boolean;
}

export type Statement =
  | ContentStatement
  | CommentStatement
  | MustacheStatement
  | BlockStatement
  | PartialStatement
  | PartialBlockStatement
  | Decorator;

export interface ContentStatement extends Node {
  readonly type: 'ContentStatement';
  /** After whitespace control. */
  readonly value: string;
}

export interface CommentStatement extends Node {
  readonly type: 'CommentStatement';
}

/** The arguments of a helper. */
export interface Arguments {
  readonly params: readonly Expression[];
  readonly hash?: Hash;
}

export interface MustacheStatement extends Node, Arguments {
  readonly type: 'MustacheStatement';
  readonly path: Callee;
}

export interface BlockStatement extends Node, Arguments {
  readonly type: 'BlockStatement';
  readonly path: Callee;
  readonly program?: Program;
  readonly inverse?: Program;
  /** True if the opening tag has `~` at its ends; empty for a raw block. */
  readonly openStrip: { readonly open?: boolean };
}

export interface PartialStatement extends Node, Arguments {
  readonly type: 'PartialStatement';
  readonly name: Callee | SubExpression;
  /** The indentation of a partial that is alone on its line; empty otherwise. */
  readonly indent: string;
}

export interface PartialBlockStatement extends Node, Arguments {
  readonly type: 'PartialBlockStatement';
  readonly name: Callee | SubExpression;
  readonly program: Program;
}

/** `{{* name}}`, or `{{#* name}}` with a program. */
export interface Decorator extends Node, Arguments {
  readonly type: 'Decorator' | 'DecoratorBlock';
  readonly path: Callee;
  readonly program?: Program;
}

export type Expression = Callee | SubExpression;
/** A literal in place of a helper or variable is read as its name. */
export type Callee = PathExpression | Literal;

export interface SubExpression extends Node, Arguments {
  readonly type: 'SubExpression';
  readonly path: Callee;
}

export interface PathExpression extends Node {
  readonly type: 'PathExpression';
  /** True if it begins with `@`. */
  readonly data: boolean;
  /** The number of `../` it begins with. */
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
}

export type Literal = Node &
  (
    | { readonly type: 'StringLiteral'; readonly value: string; readonly original: string }
    | { readonly type: 'NumberLiteral'; readonly value: number; readonly original: number }
    | { readonly type: 'BooleanLiteral'; readonly value: boolean; readonly original: boolean }
    | { readonly type: 'UndefinedLiteral'; readonly original: undefined }
    | { readonly type: 'NullLiteral'; readonly original: null }
  );

/** `key=value` */
export interface HashPair extends Node {
  readonly key: string;
  readonly value: Expression;
}

export interface Hash {
  readonly pairs: readonly HashPair[];
}

/** Returns true if a block has four braces, `{{{{raw}}}}…{{{{/raw}}}}`: its body is literal text. */
export function isRawBlock({ openStrip }: BlockStatement): boolean {
  return openStrip.open === undefined;
}

/** The path that a callee is read as. */
export function asPath(callee: Callee): PathExpression {
  if (callee.type === 'PathExpression') return callee;
  const name = String(callee.original);
  return {
    type: 'PathExpression',
    data: false,
    depth: 0,
    parts: [name],
    original: name,
    loc: callee.loc,
  };
}

/** Returns true if a path begins with `.` or contains `this`, by Handlebars' own test: then it names no helper or block parameter. */
export function isScoped({ original }: PathExpression): boolean {
  return /^\.|this\b/.test(original);
}

/** Returns whether a path may name a helper or block parameter: one part, neither `../` nor scoped. */
export function isSimple(path: PathExpression): boolean {
  return path.parts.length === 1 && path.depth === 0 && !isScoped(path);
}

/** All expressions in some arguments, in source order. */
export function* argumentsOf({ params, hash }: Arguments): Generator<Expression, void, undefined> {
  yield* params;
  for (const { value } of hash?.pairs ?? []) yield value;
}

/** Returns whether something is called with arguments, which only helpers take. */
export function hasArguments({ params, hash }: Arguments): boolean {
  return params.length > 0 || (hash !== undefined && hash !== null);
}
