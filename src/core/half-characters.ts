/**
 * Finds halves of characters: lone surrogates, which escapes such as `\ud800` produce in JSON and YAML. UTF-8 cannot
 * encode them, so they would be delivered as U+FFFD.
 */

/** Error message at the place of the character. */
export const HALF_CHARACTER =
  'This contains a lone surrogate, half of a character, which UTF-8 cannot encode. Remove it, or write the whole character.';

/** Returns true if a JSON value, a name in it, or a string in it contains one. */
export function hasHalfCharacter(root: unknown): boolean {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string' && !value.isWellFormed()) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, item] of Object.entries(value)) {
      if (!name.isWellFormed()) return true;
      waiting.push(item);
    }
  }
  return false;
}
