/** Finds the meaning of each name in a body: an input variable, a context's property, a block parameter or a helper. */
import { KNOWN_HELPERS } from '../../core/known-helpers.ts';
import type {
  Block,
  Body,
  BodyNode,
  ExpressionNode,
  HelperCall,
  InlinePartialNode,
  LiteralNode,
  Name,
  PartialCall,
  PathNode,
} from '../syntax/nodes.ts';
import { ANY, type Declared, type ValueType } from '../types/value-type.ts';
import { type InlineCalls, inlineCallsIn } from './inline-calls.ts';
import { elementOf, step } from './property-of.ts';
import type { BodyScope, CallScope, HelperUse, Meaning, PathUse, Resolved, SegmentUse } from './resolved.ts';

const OWN_INPUT: CallScope = { context: 'input', outer: undefined, blockParams: [] };

/** Never throws. `variables` are the input variables that the front matter declares; for a partial, its caller's. */
export function resolveBody(
  body: Body,
  variables: readonly Declared[],
  surroundings: CallScope = OWN_INPUT,
): Resolved {
  return new Resolver(variables).resolve(body, surroundings);
}

/** Dotprompt takes `@` names from the caller's context; these are Handlebars' own. */
const ROOT_DATA = ['root'];
const NUMBER: ValueType = { kind: 'number' };

/** Returns whether a raw block calls no helper, so that its name has no meaning and its body is text. */
function isTextAlone({ call }: Block): boolean {
  if (call === undefined) return true;
  const { callee, params, hash } = call;
  const isHelper = callee.type === 'path' && KNOWN_HELPERS.has(callee.original);
  return params.length === 0 && hash.length === 0 && !isHelper;
}

class Resolver {
  readonly #variables: ReadonlyMap<string, Declared>;
  readonly #paths: PathUse[] = [];
  readonly #helpers: HelperUse[] = [];
  readonly #partials: PartialCall[] = [];
  readonly #inlines: InlinePartialNode[] = [];
  readonly #blocks: Block[] = [];
  readonly #scopes: BodyScope[] = [];
  #inlineCalls: InlineCalls | undefined;
  #whole: Body | undefined;

  constructor(variables: readonly Declared[]) {
    this.#variables = new Map(variables.map(variable => [variable.name, variable]));
  }

  resolve(body: Body, surroundings: CallScope): Resolved {
    const scope: BodyScope = { ...surroundings, span: body.span, data: ROOT_DATA };
    this.#scopes.push(scope);
    this.#whole = body;
    this.#body(body, scope);
    return {
      paths: this.#paths,
      helpers: this.#helpers,
      partials: this.#partials,
      inlines: this.#inlines,
      blocks: this.#blocks,
      scopes: this.#scopes,
    };
  }

  #body(body: Body, scope: BodyScope): void {
    for (const node of body.nodes) this.#node(node, scope);
  }

  #node(node: BodyNode, scope: BodyScope): void {
    switch (node.type) {
      case 'mustache':
        if (node.call) this.#call(node.call, 'value', undefined, scope);
        break;
      case 'block':
        this.#block(node, scope);
        break;
      case 'partial':
        this.#partials.push(node);
        if (node.computed) this.#expression(node.computed, scope);
        this.#arguments(node, scope);
        if (node.body) this.#within(node.body, this.#scopeOfPartialBlock(node, node.body, scope), scope);
        break;
      case 'inline':
        this.#inlines.push(node);
        this.#within(node.body, this.#scopeOfInline(node, scope), scope);
        break;
    }
  }

  #within(body: Body, inner: BodyScope, outer: BodyScope): void {
    if (inner !== outer) this.#scopes.push(inner);
    this.#body(body, inner);
  }

  /** The scope of the body of a partial block, which is written if the partial is missing, with the call's context. */
  #scopeOfPartialBlock({ params, hash }: PartialCall, { span }: Body, scope: BodyScope): BodyScope {
    const [context] = params;
    if (context === undefined && hash.length === 0) return scope;
    const given = new Set([...(scope.given ?? []), ...hash.map(({ name }) => name)]);
    if (context === undefined) return { ...scope, span, given };
    return { ...scope, span, given, context: this.#typeOf(context, scope), outer: scope };
  }

  /** The scope of an inline partial, whose context is that of its calls. */
  #scopeOfInline(inline: InlinePartialNode, scope: BodyScope): BodyScope {
    this.#inlineCalls ??= inlineCallsIn(this.#whole ?? inline.body);
    const calls = this.#inlineCalls.calls.get(inline.name?.name ?? '') ?? [];
    const around = this.#inlineCalls.inlines.get(inline);
    const { span } = inline.body;
    if (calls.some(({ call, within }) => call.params.length > 0 || within !== around))
      return { ...scope, span, context: ANY, outer: scope, open: true };
    const names = calls.flatMap(({ call }) => call.hash.map(({ name }) => name));
    return names.length === 0
      ? scope
      : { ...scope, span, given: new Set([...(scope.given ?? []), ...names]) };
  }

  #block(block: Block, scope: BodyScope): void {
    this.#blocks.push(block);
    if (block.raw && isTextAlone(block)) return;
    const type = block.call ? this.#call(block.call, 'block', block, scope) : ANY;
    const { main, other } = this.#scopesOf(block, type, scope);
    if (block.raw) return;
    this.#within(block.body, main, scope);
    if (block.inverse) this.#within(block.inverse.body, other, scope);
  }

  /** The scopes of a block's body and of its else. `type` is that of the block's value, if it is not a helper. */
  #scopesOf(
    block: Block,
    type: ValueType | undefined,
    scope: BodyScope,
  ): { main: BodyScope; other: BodyScope } {
    const argument = block.call?.params[0];
    const given = type ?? (argument === undefined ? ANY : this.#typeOf(argument, scope));
    const name = block.call?.callee.type === 'path' ? block.call.callee.original : '';
    // The body between `{{^name}}` and its else is written if there is no value, so it keeps the outer context.
    const place = block.inverted ? block.inverse?.body : block.body;
    if (place === undefined) return { main: scope, other: scope };
    const inner = (context: ValueType, types: readonly ValueType[], data: readonly string[]): BodyScope => ({
      span: place.span,
      context,
      blockParams: [
        ...block.blockParams.map((param, index) => ({ ...param, type: types[index] ?? ANY })),
        ...scope.blockParams,
      ],
      data: [...data, ...scope.data.filter(each => !data.includes(each))],
      outer: scope,
    });
    const inside = this.#inside(name, type !== undefined, given, argument, scope, inner);
    if (inside === undefined && block.blockParams.length === 0) return { main: scope, other: scope };
    const within = inside ?? { ...scope, span: place.span, blockParams: inner(ANY, [], []).blockParams };
    return block.inverted ? { main: scope, other: within } : { main: within, other: scope };
  }

  /** The scope inside a block with its own context; undefined for other blocks. */
  #inside(
    name: string,
    isValue: boolean,
    given: ValueType,
    argument: ExpressionNode | undefined,
    scope: BodyScope,
    inner: (context: ValueType, types: readonly ValueType[], data: readonly string[]) => BodyScope,
  ): BodyScope | undefined {
    if (name === 'each' || (isValue && given.kind === 'array')) {
      const item = elementOf(given);
      return inner(item, [item, NUMBER], ['index', 'key', 'first', 'last']);
    }
    if (name !== 'with' && (!isValue || given.kind === 'boolean')) return undefined;
    const within = inner(given, [given], []);
    // Handlebars adds no level if the context is the same as the one around it.
    const isSame = argument?.type === 'path' && isThis(argument);
    return isSame ? { ...scope, span: within.span, blockParams: within.blockParams } : within;
  }

  /** Returns the type of a path; undefined for the call of a helper. */
  #call(
    call: HelperCall,
    as: HelperUse['as'],
    block: Block | undefined,
    scope: BodyScope,
  ): ValueType | undefined {
    const { params, hash } = call;
    const callee = call.callee.type === 'path' ? call.callee : pathOfLiteral(call.callee);
    const plain = params.length === 0 && hash.length === 0;
    const named = !callee.data && !callee.scoped && callee.depth === 0 && callee.segments.length === 1;
    const name = callee.segments[0]?.name ?? '';
    const known = named && KNOWN_HELPERS.has(name);
    const isHelper = known || as === 'argument' || !plain;
    if (isHelper)
      this.#helpers.push({ name: callee.original, span: callee.span, call, as, block, known, scope });
    const type = isHelper ? undefined : this.#path(callee, scope);
    this.#arguments(call, scope);
    return type;
  }

  #arguments({ params, hash }: Pick<HelperCall, 'params' | 'hash'>, scope: BodyScope): void {
    for (const param of params) this.#expression(param, scope);
    for (const { value } of hash) this.#expression(value, scope);
  }

  #expression(expression: ExpressionNode, scope: BodyScope): void {
    if (expression.type === 'path') this.#path(expression, scope);
    else if (expression.type === 'sub' && expression.call)
      this.#call(expression.call, 'argument', undefined, scope);
  }

  #path(path: PathNode, scope: BodyScope): ValueType {
    const use = this.#use(path, scope);
    this.#paths.push(use);
    return use.type;
  }

  #typeOf(expression: ExpressionNode, scope: BodyScope): ValueType {
    return expression.type === 'path' ? this.#use(expression, scope).type : ANY;
  }

  #use(path: PathNode, scope: BodyScope): PathUse {
    const [first, ...rest] = path.segments;
    if (path.data) return this.#dataUse(path, scope);
    let at: BodyScope | undefined = scope;
    for (let up = 0; up < path.depth && at !== undefined; up++) at = at.outer;
    if (at === undefined) {
      const segments = path.segments.map(name => unknown(name, ANY));
      return { path, meaning: { kind: 'outside' }, segments, type: ANY, scope };
    }
    if (first === undefined)
      return { path, meaning: { kind: 'context' }, segments: [], type: this.#contextType(at), scope };
    const param =
      path.depth === 0 && !path.scoped ? at.blockParams.find(({ name }) => name === first.name) : undefined;
    if (param !== undefined) {
      const meaning: Meaning = { kind: 'block-param', name: param.name, declaredAt: param.span };
      const start = { ...first, type: param.type, declared: undefined, missing: false, container: ANY };
      return this.#follow(path, meaning, [start], rest, scope);
    }
    if (at.given?.has(first.name)) {
      const meaning: Meaning = { kind: 'property', name: first.name, declared: undefined };
      return this.#follow(path, meaning, [unknown(first, ANY)], rest, scope);
    }
    if (at.context === 'input') {
      const declared = this.#variables.get(first.name);
      const start = {
        ...first,
        type: declared?.type ?? ANY,
        declared,
        missing: false,
        container: 'input',
      } as const;
      return this.#follow(path, { kind: 'variable', name: first.name, declared }, [start], rest, scope);
    }
    const start = step(at.context, first);
    const meaning: Meaning = { kind: 'property', name: first.name, declared: start.declared };
    return this.#follow(path, meaning, [start], rest, scope);
  }

  #dataUse(path: PathNode, scope: BodyScope): PathUse {
    const [first, ...rest] = path.segments;
    const name = first?.name ?? '';
    const meaning: Meaning = { kind: 'data', name };
    if (first === undefined) return { path, meaning, segments: [], type: ANY, scope };
    const start = unknown(first, name === 'index' ? NUMBER : ANY);
    const [variable, ...more] = rest;
    if (name !== 'root' || variable === undefined) return this.#follow(path, meaning, [start], rest, scope);
    const declared = this.#variables.get(variable.name);
    const second = {
      ...variable,
      type: declared?.type ?? ANY,
      declared,
      missing: false,
      container: 'input',
    } as const;
    const read: Meaning = { kind: 'variable', name: variable.name, declared };
    return this.#follow(path, read, [start, second], more, scope);
  }

  #follow(
    path: PathNode,
    meaning: Meaning,
    start: readonly SegmentUse[],
    rest: readonly Name[],
    scope: BodyScope,
  ): PathUse {
    const segments = [...start];
    for (const name of rest) segments.push(step(segments.at(-1)?.type ?? ANY, name));
    return { path, meaning, segments, type: segments.at(-1)?.type ?? ANY, scope };
  }

  #contextType({ context }: BodyScope): ValueType {
    if (context !== 'input') return context;
    return { kind: 'object', properties: [...this.#variables.values()], others: ANY };
  }
}

/** `this`, `.` */
function isThis({ data, depth, segments }: PathNode): boolean {
  return !data && depth === 0 && segments.length === 0;
}

/** Handlebars reads a literal in place of a name as a name: `{{"odd name"}}`. */
function pathOfLiteral({ value, span }: LiteralNode): PathNode {
  const name = String(value);
  const quotes = typeof value === 'string' && span.end - span.start === name.length + 2 ? 1 : 0;
  const place = { start: span.start + quotes, end: span.end - quotes };
  return {
    type: 'path',
    span,
    original: name,
    data: false,
    depth: 0,
    scoped: false,
    segments: [{ name, span: place }],
  };
}

function unknown(name: Name, type: ValueType): SegmentUse {
  return { ...name, type, declared: undefined, missing: false, container: ANY };
}
