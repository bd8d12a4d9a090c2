/** Records what is known of the input's values in a body: the sorts that they may still have, and why. */
import type { Node } from '../syntax-tree.ts';
import type { InputValue } from './input-value.ts';
import {
  ANY,
  EMPTY_OBJECT,
  FALSY,
  NOTHING,
  type Sorts,
  sortsOfParent,
  sortsOfProperty,
} from './value-sorts.ts';

/** A tag or branch that needs a value to have one of some sorts. */
export interface Need {
  readonly value: InputValue;
  readonly sorts: Sorts;
  readonly node: Node;
  /** The value as written. */
  readonly path: string;
  /** How the tag uses the value, or what the branch tests. */
  readonly as: 'text' | 'role' | 'name' | 'url' | 'value' | Condition;
  /** The call of the partial that contains the tag; undefined for a tag of the template itself. */
  readonly call?: CallSite;
  /** Needed only if this is not false, 0 or empty; undefined if always needed. */
  readonly ifTrue?: InputValue;
}

/** The test of a block. */
export interface Condition {
  readonly condition: string;
  readonly block: Node;
}

export interface CallSite {
  readonly node: Node;
  readonly reference: string;
  /** True if the partial, or one that it calls, is in a file of its own. */
  readonly isLinked: boolean;
}

/** Two needs that no input can meet together. */
export interface Conflict {
  /** The value that would have to be of two sorts. */
  readonly at: InputValue;
  readonly need: Need;
  /** The earlier need; undefined if the value is never of the needed sorts. */
  readonly other: Need | undefined;
}

/** How often needs may still be applied again: there may be many. Shared by all bodies of a template. */
export interface SettlingBudget {
  left: number;
}

interface Known {
  readonly sorts: Sorts;
  /** The needs that narrowed the value, the latest first, each with the sorts that it allows. */
  readonly because: Because | undefined;
}

interface Because {
  readonly sorts: Sorts;
  readonly need: Need;
  readonly before: Because | undefined;
}

const UNKNOWN: Known = { sorts: ANY, because: undefined };

export class KnownValues {
  readonly #around: KnownValues | undefined;
  readonly #known = new Map<string, Known>();
  /** Needs that may say more once others are known. */
  readonly #open: Need[] = [];
  readonly #budget: SettlingBudget;
  #changes = 0;

  /** @param around what is known in the body around this one; for an outermost body, the budget */
  constructor(around: KnownValues | SettlingBudget) {
    this.#around = around instanceof KnownValues ? around : undefined;
    this.#budget = around instanceof KnownValues ? around.#budget : around;
  }

  /** Sets the sorts of a value that do not depend on a need. */
  set({ key }: InputValue, sorts: Sorts): void {
    this.#known.set(key, { sorts, because: undefined });
  }

  /** Adds a need; nothing is added if it conflicts with what is known. */
  add(need: Need): Conflict | undefined {
    const conflict = this.#apply(need);
    if (conflict === undefined && this.#isOpen(need) && this.#open.length < MAX_OPEN) this.#open.push(need);
    return conflict;
  }

  /** Applies the needs of this body and those around it again, now that more is known. */
  settle(): Conflict | undefined {
    let changes: number;
    let rounds = 0;
    do {
      changes = this.#changes;
      for (let from: KnownValues | undefined = this; from !== undefined; from = from.#around)
        for (const need of from.#open) {
          if (--this.#budget.left < 0) return undefined;
          const conflict = this.#apply(need);
          if (conflict !== undefined) return conflict;
        }
    } while (this.#changes > changes && ++rounds < MAX_ROUNDS);
    return undefined;
  }

  /** The sorts that a value may have. */
  sortsOf({ key, of, name, step }: InputValue): Sorts {
    if (of === undefined) return this.#of(key).sorts;
    const parent = this.sortsOf(of);
    if (step === 'context') return parent & NOTHING ? (parent & ~NOTHING) | EMPTY_OBJECT : parent;
    const given = step === 'lookup' ? parent & ~FALSY : parent;
    return (parent & ~given) | (sortsOfProperty(given, name) & this.#of(key).sorts);
  }

  #apply(need: Need): Conflict | undefined {
    const { ifTrue } = need;
    if (ifTrue !== undefined && this.sortsOf(ifTrue) & FALSY) return undefined;
    return this.#narrow(need.value, need.sorts, need);
  }

  #isOpen({ value, ifTrue }: Need): boolean {
    if (ifTrue !== undefined) return true;
    for (let at: InputValue | undefined = value; at !== undefined; at = at.of)
      if (at.step === 'lookup') return true;
    return false;
  }

  #narrow(value: InputValue, to: Sorts, need: Need): Conflict | undefined {
    const { key, of, name, step } = value;
    if (step === 'context' && of !== undefined)
      return this.#narrow(of, to & EMPTY_OBJECT ? to | NOTHING : to & ~NOTHING, need);
    const { sorts: own, because } = this.#of(key);
    if (of === undefined) {
      if ((own & to) === 0) return { at: value, need, other: reasonFor(because, to) };
      this.#record(key, own & to, to, need);
      return undefined;
    }
    const parents = sortsOfParent(name, step === 'lookup', own, to);
    const isOwnAlone = step === 'path' || (this.sortsOf(of) & FALSY & to) === 0;
    if (parents === 0 || (isOwnAlone && (own & to) === 0))
      return { at: value, need, other: reasonFor(because, to) };
    const conflict = this.#narrow(of, parents, need);
    if (conflict !== undefined) return conflict;
    if (step === 'path' || (this.sortsOf(of) & FALSY & to) === 0) this.#record(key, own & to, to, need);
    return undefined;
  }

  #record(key: string, left: Sorts, sorts: Sorts, need: Need): void {
    const known = this.#of(key);
    if (left === known.sorts) return;
    this.#changes++;
    this.#known.set(key, { sorts: left, because: { sorts, need, before: known.because } });
  }

  #of(key: string): Known {
    for (let from: KnownValues | undefined = this; from !== undefined; from = from.#around) {
      const known = from.#known.get(key);
      if (known !== undefined) return known;
    }
    return UNKNOWN;
  }
}

/** The need that excludes `to` by itself, or the latest. */
function reasonFor(because: Because | undefined, to: Sorts): Need | undefined {
  for (let each = because; each !== undefined; each = each.before)
    if ((each.sorts & to) === 0) return each.need;
  return because?.need;
}

/** Any more needs of one body are not applied again. */
const MAX_OPEN = 32;
/** Another round follows only if one narrowed a value. */
const MAX_ROUNDS = 8;
