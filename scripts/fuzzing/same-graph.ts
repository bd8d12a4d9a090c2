/**
 * Deep equality of values that share objects. `isDeepStrictEqual` compares a shared object again at each place: the
 * scopes of a thousand nested blocks would take hours.
 */

/** Compares plain objects, arrays, maps, sets of primitives, and primitives. Maps and sets must have the same order. */
export function isSameGraph(one: unknown, other: unknown): boolean {
  /** The objects that each object was or is being compared with. */
  const compared = new Map<object, Set<object>>();
  const left: (readonly [unknown, unknown])[] = [[one, other]];
  for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
    const [a, b] = pair;
    if (Object.is(a, b)) continue;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    const known = compared.get(a);
    if (known?.has(b)) continue;
    if (known) known.add(b);
    else compared.set(a, new Set([b]));
    const inside = pairsIn(a, b);
    if (inside === undefined) return false;
    for (const each of inside) left.push(each);
  }
  return true;
}

/** The pairs that must be equal for `a` and `b` to be equal; undefined if they differ. */
function pairsIn(a: object, b: object): (readonly [unknown, unknown])[] | undefined {
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return undefined;
  if (a instanceof Map && b instanceof Map) return entriesOf([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return entriesOf([...a], [...b]);
  if (Array.isArray(a) && Array.isArray(b)) return entriesOf(a, b);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return undefined;
  const values: (readonly [unknown, unknown])[] = [];
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return undefined;
    values.push([a[key as never], b[key as never]]);
  }
  return values;
}

function entriesOf(
  a: readonly unknown[],
  b: readonly unknown[],
): (readonly [unknown, unknown])[] | undefined {
  return a.length === b.length ? a.map((value, index) => [value, b[index]]) : undefined;
}
