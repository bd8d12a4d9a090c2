/** The characters that trigger completion. */

/** A tag, a block, a closing tag, a partial, a path's next part, `@index`, an argument, block parameters. */
export const TRIGGERS: readonly string[] = ['{', '#', '/', '>', '.', '@', '"', '|', '(', '='];

/** In samples a space is one too: after the colon of a key, or the dash of an item. */
const VALUE_SPACE = /(?::|^[ \t]*-)[ ]$/;

/** @param before the line up to the space, which is included */
export function isValueSpace(before: string): boolean {
  return VALUE_SPACE.test(before);
}
