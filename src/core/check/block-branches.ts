/** The bodies of a block: the condition under which each runs, and the meaning of names in it. */
import { KNOWN_HELPERS } from '../known-helpers.ts';
import { asPath, type BlockStatement, hasArguments, type Program } from '../syntax-tree.ts';
import { type BranchCondition, conditionOf } from './branch-condition.ts';
import { helperName } from './context-kind.ts';
import { type InputValue, inputValue, rootValue, type ValueScope } from './input-value.ts';
import { type CallSite, KnownValues, type Need } from './known-values.ts';
import { LIST, NOTHING, TRUE } from './value-sorts.ts';

/** The scope of a block, with the call of the partial that it is in, if any. */
export interface BlockScope extends ValueScope {
  readonly call: CallSite | undefined;
}

export interface Branch<S> {
  readonly program: Program | undefined;
  readonly scope: S;
  /** The requirements of the block's condition. */
  readonly needs: readonly Need[];
}

export class BlockBranches {
  /** The contexts of bodies that only rendering can tell. */
  readonly #contexts = new Map<BlockStatement, InputValue>();
  #count = 0;

  /** The body of a block and that of its `{{else}}`. */
  of<S extends BlockScope>(block: BlockStatement, scope: S, known: KnownValues): readonly Branch<S>[] {
    const { program, inverse, params } = block;
    const path = asPath(block.path);
    const name = helperName(path, scope);
    const isHelper = hasArguments(block) || KNOWN_HELPERS.has(name);
    const [asked] = isHelper ? params : [path];
    const condition: BranchCondition = conditionOf(isHelper ? name : '', block, asked, scope, known);
    const same = isHelper ? inHelper(scope, known) : scope;
    const hasSameContext = isHelper && name !== 'with' && name !== 'each';
    const value = isHelper && name !== 'with' ? undefined : inputValue(asked, scope);
    // A section of true keeps the context around it, which adds no level for "../", and one of a list takes its items.
    const isOwn = isHelper || (value !== undefined && (known.sortsOf(value) & (TRUE | LIST)) === 0);
    const context = (isOwn ? value : undefined) ?? this.#contextOf(block, scope);
    const inside = hasSameContext ? same : inContext(scope, context, program);
    const main = isOwn ? inside : { ...inside, above: undefined };
    const needs = (each: readonly Need[]) => each.map(need => withCall(need, scope));
    return [
      { program, scope: main, needs: needs(condition.main) },
      { program: inverse, scope: same, needs: needs(condition.inverse) },
    ];
  }

  /** A context that only rendering can tell, unlike any other. */
  newContext(): InputValue {
    return rootValue(`context ${++this.#count}`);
  }

  #contextOf(block: BlockStatement, { call }: BlockScope): InputValue {
    // A partial may be called several times.
    if (call !== undefined) return this.newContext();
    const context = this.#contexts.get(block) ?? this.newContext();
    this.#contexts.set(block, context);
    return context;
  }
}

/** The values known in a branch; undefined if it never runs. */
export function entered(
  { needs }: Pick<Branch<unknown>, 'needs'>,
  around: KnownValues,
): KnownValues | undefined {
  const known = new KnownValues(around);
  for (const need of needs) if (known.add(need) !== undefined) return undefined;
  return known.settle() === undefined ? known : undefined;
}

/** Adds the call of the partial that a need is in, if any. */
export function withCall(need: Need, { call }: Pick<BlockScope, 'call'>): Need {
  return call === undefined ? need : { ...need, call };
}

/** The scope in a body that a helper evaluates with the context around it. */
function inHelper<S extends ValueScope>(scope: S, known: KnownValues): S {
  const { context, above } = scope;
  const isGiven = context !== undefined && (known.sortsOf(context) & NOTHING) === 0;
  // If the context is nothing, the empty object in its place adds a level for "../".
  return { ...scope, isOfHelper: true, above: isGiven ? above : undefined };
}

function inContext<S extends ValueScope>(
  scope: S,
  context: InputValue | undefined,
  program: Program | undefined,
): S {
  const { blockParams = [] } = program ?? {};
  const names = new Map(scope.names);
  for (const [index, name] of blockParams.entries()) names.set(name, index === 0 ? context : undefined);
  const isOfInputs = scope.context === scope.root;
  // All inputs together are one object, so a body that keeps them as its context adds no level for "../".
  const above = !isOfInputs ? undefined : context?.key === scope.root.key ? scope.above : scope.context;
  return { ...scope, context, isOfHelper: false, above, names };
}
