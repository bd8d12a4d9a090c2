/** The meanings of the names in a body, as `resolveBody` finds them. */
import type { Span } from '../results/span.ts';
import type { Block, HelperCall, InlinePartialNode, Name, PartialCall, PathNode } from '../syntax/nodes.ts';
import type { Declared, ValueType } from '../types/value-type.ts';

/** The context of a path's first segment. */
export type Meaning =
  /** A variable of the input itself. */
  | { readonly kind: 'variable'; readonly name: string; readonly declared: Declared | undefined }
  /** A property of the context of a block such as `{{#each}}`. */
  | { readonly kind: 'property'; readonly name: string; readonly declared: Declared | undefined }
  | { readonly kind: 'block-param'; readonly name: string; readonly declaredAt: Span }
  /** `@index`, `@root`, and Dotprompt's context values (`@auth`). */
  | { readonly kind: 'data'; readonly name: string }
  /** Only `this`, `.` or `..`. */
  | { readonly kind: 'context' }
  /** More `../` than there are contexts around. */
  | { readonly kind: 'outside' };

export interface SegmentUse extends Name {
  /** The type of the value up to and including this segment. */
  readonly type: ValueType;
  readonly declared: Declared | undefined;
  /** Its context is declared and has no such property; never true of an input variable. */
  readonly missing: boolean;
  /** Its context: `input`, or a type. */
  readonly container: ValueType | 'input';
}

export interface PathUse {
  readonly path: PathNode;
  readonly meaning: Meaning;
  readonly segments: readonly SegmentUse[];
  /** The type of the whole path. */
  readonly type: ValueType;
  readonly scope: BodyScope;
}

export interface HelperUse {
  readonly name: string;
  /** The range of its name. */
  readonly span: Span;
  readonly call: HelperCall;
  readonly as: 'value' | 'block' | 'argument';
  readonly block: Block | undefined;
  readonly known: boolean;
  readonly scope: BodyScope;
}

/** The scope of a range of the body. The whole body has one; each body of a block has one inside it. */
export interface BodyScope {
  readonly span: Span;
  readonly context: ValueType | 'input';
  /** Block parameters that can be used here, the innermost first. */
  readonly blockParams: readonly (Name & { readonly type: ValueType })[];
  /** Names such as `@index` that can be used here. */
  readonly data: readonly string[];
  /** The scope of `../`; undefined in the scope of the input. */
  readonly outer: BodyScope | undefined;
  /** Names that the call of a partial adds to the context. */
  readonly given?: ReadonlySet<string>;
  /** True if only rendering can tell the context: in an inline partial that is called with one, or from elsewhere. */
  readonly open?: boolean;
}

export interface Resolved {
  /** In order of appearance. */
  readonly paths: readonly PathUse[];
  readonly helpers: readonly HelperUse[];
  readonly partials: readonly PartialCall[];
  readonly inlines: readonly InlinePartialNode[];
  readonly blocks: readonly Block[];
  /** Outer ones before inner ones. */
  readonly scopes: readonly BodyScope[];
}

/** The scope in which a body is rendered: a prompt's own input, or the arguments of a call. */
export type CallScope = Pick<BodyScope, 'context' | 'outer' | 'blockParams'>;

/** The innermost scope at `offset`. */
export function scopeAt({ scopes }: Resolved, offset: number): BodyScope | undefined {
  return scopes.findLast(({ span }) => span.start <= offset && offset <= span.end);
}
