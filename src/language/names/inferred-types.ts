/** Infers the types of input variables from their uses, to declare undeclared ones. */
import type { Span } from '../results/span.ts';
import type { ExpressionNode, LiteralNode, PathNode } from '../syntax/nodes.ts';
import { ANY, type Declared, type ValueType } from '../types/value-type.ts';
import type { BodyScope, PathUse, Resolved } from './resolved.ts';

/** The uses of one value in the whole body. */
interface Uses {
  readonly properties: Map<string, Uses>;
  items: Uses | undefined;
  /** The literals that it is compared with. */
  readonly literals: LiteralNode['value'][];
  isCondition: boolean;
  isContext: boolean;
  isWritten: boolean;
}

/** The type of each input variable by name, from its uses in `{{#each}}`, `{{#if}}`, paths and comparisons. */
export function inferTypes(resolved: Resolved): ReadonlyMap<string, ValueType> {
  const input = new Reader(resolved).read();
  return new Map([...input.properties].map(([name, uses]) => [name, typeOf(uses, 0)]));
}

class Reader {
  readonly #resolved: Resolved;
  readonly #input = noUses();
  /** The context of a block's body, by the position of the body. */
  readonly #contexts = new Map<Span, Uses>();
  /** By the place of their declaration. */
  readonly #blockParams = new Map<Span, Uses>();
  /** Called with the uses of a whole path. */
  readonly #done = new Map<PathNode, (uses: Uses) => void>();

  constructor(resolved: Resolved) {
    this.#resolved = resolved;
  }

  read(): Uses {
    const { helpers, blocks, paths } = this.#resolved;
    for (const { call, name, block } of helpers) {
      const [first, second] = call.params;
      if (name === 'ifEquals' || name === 'unlessEquals') {
        this.#compared(first, second);
        this.#compared(second, first);
      }
      if (first?.type !== 'path' || block === undefined) continue;
      if (name === 'if' || name === 'unless')
        this.#done.set(first, uses => {
          uses.isCondition = true;
        });
      if (name === 'each' || name === 'with') this.#done.set(first, uses => this.#enter(uses, block, name));
    }
    for (const block of blocks) {
      const { call } = block;
      const isValue =
        call?.callee.type === 'path' && !this.#done.has(call.callee) && call.params.length === 0;
      // `{{#name}}`: the text inside determines whether it is a list, an object or a condition.
      if (isValue && call.hash.length === 0 && call.callee.type === 'path')
        this.#done.set(call.callee, uses => this.#enter(uses, block, 'block'));
    }
    for (const use of paths) this.#note(use);
    return this.#input;
  }

  #compared(one: ExpressionNode | undefined, other: ExpressionNode | undefined): void {
    if (one?.type === 'path' && other?.type === 'literal')
      this.#done.set(one, uses => void uses.literals.push(other.value));
  }

  #enter(
    uses: Uses,
    { body, inverse, inverted, blockParams }: Resolved['blocks'][number],
    by: 'each' | 'with' | 'block',
  ): void {
    const place = inverted ? inverse?.body : body;
    if (by === 'each') uses.items ??= noUses();
    else if (by === 'with') uses.isContext = true;
    else uses.isCondition = true;
    const inside = by === 'each' ? (uses.items ?? uses) : uses;
    if (place !== undefined) this.#contexts.set(place.span, inside);
    const [param] = blockParams;
    if (param !== undefined) this.#blockParams.set(param.span, inside);
  }

  #note({ path, meaning, segments, scope }: PathUse): void {
    let uses: Uses | undefined;
    let names: readonly { readonly name: string }[] = segments;
    if (meaning.kind === 'variable') {
      uses = this.#input;
      // `@root.name`: the segments before the name are not part of the input.
      names = segments.slice(segments.findIndex(({ container }) => container === 'input'));
    } else if (meaning.kind === 'block-param') {
      uses = this.#blockParams.get(meaning.declaredAt);
      names = segments.slice(1);
    } else if (meaning.kind === 'property' || meaning.kind === 'context') {
      const at = contextOf(scope, path.depth);
      uses = at && (at.context === 'input' ? this.#input : this.#contexts.get(at.span));
    }
    if (uses === undefined) return;
    for (const { name } of names) {
      if (/^\d+$/.test(name)) {
        uses.items ??= noUses();
        uses = uses.items;
        continue;
      }
      const known: Uses = uses.properties.get(name) ?? noUses();
      uses.properties.set(name, known);
      uses = known;
    }
    const done = this.#done.get(path);
    if (done) done(uses);
    else uses.isWritten = true;
  }
}

/** The scope of a path with `depth` times `../`. */
export function contextOf(scope: BodyScope, depth: number): BodyScope | undefined {
  let at: BodyScope | undefined = scope;
  for (let up = 0; up < depth && at !== undefined; up++) at = at.outer;
  return at;
}

function noUses(): Uses {
  return {
    properties: new Map(),
    items: undefined,
    literals: [],
    isCondition: false,
    isContext: false,
    isWritten: false,
  };
}

/** More than anybody writes by hand. */
const MAX_DEPTH = 20;

function typeOf(
  { properties, items, literals, isCondition, isContext, isWritten }: Uses,
  depth: number,
): ValueType {
  if (depth > MAX_DEPTH) return ANY;
  const names = [...properties.keys()].filter(name => name !== 'length');
  if (items !== undefined) return names.length > 0 ? ANY : { kind: 'array', items: typeOf(items, depth + 1) };
  if (names.length > 0)
    return {
      kind: 'object',
      properties: [...properties].map(([name, uses]) => declared(name, typeOf(uses, depth + 1))),
      others: undefined,
    };
  if (isContext || properties.size > 0) return ANY;
  const kinds = new Set(literals.map(literal => typeof literal));
  const [kind] = kinds;
  if (kinds.size === 1 && (kind === 'string' || kind === 'number' || kind === 'boolean')) return { kind };
  if (kinds.size > 0) return ANY;
  return { kind: isCondition && !isWritten ? 'boolean' : 'string' };
}

function declared(name: string, type: ValueType): Declared {
  return { name, type, optional: false, nameSpan: undefined, span: undefined };
}
