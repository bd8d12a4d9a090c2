/** Looks up things by name, fast if the names come in the same order as the things. */

/**
 * @param things in any order; fastest if sorted by name
 * @param nameOf returns unique names
 * @returns a function that finds a thing by its name, fast for consecutive names
 */
export function inOrder<T>(
  things: readonly T[],
  nameOf: (thing: T) => string,
): (name: string) => T | undefined {
  let next = 0;
  let known: Map<string, T> | undefined;
  return name => {
    for (let thing = things[next]; thing !== undefined && nameOf(thing) < name; thing = things[next])
      next += 1;
    const thing = things[next];
    if (thing !== undefined && nameOf(thing) === name) return thing;
    known ??= new Map(things.map(each => [nameOf(each), each]));
    return known.get(name);
  };
}
