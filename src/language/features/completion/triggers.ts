/** The characters that trigger completion. */

/** They begin a tag, a block, a closing tag, a partial, a path's next part, `@index`, an argument, block parameters. */
export const TRIGGERS: readonly string[] = ['{', '#', '/', '>', '.', '@', '"', '|', '(', '='];

/** In samples, a space also triggers completion after the colon of a key, or the dash of an item. */
const VALUE_SPACE = /(?::|^[ \t]*-)[ ]$/;

/** @param before the line up to and including the space */
export function isValueSpace(before: string): boolean {
  return VALUE_SPACE.test(before);
}
