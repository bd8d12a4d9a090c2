/** How large an input is, told without writing it: one that holds itself many times over must not be written to know. */

/** The most that JSON.stringify indents by for each level. */
const MAX_INDENT = 10;

/**
 * About how many UTF-16 code units `value` has as JSON with the widest indentation. Counting ends above `limit`.
 * @param value plain data, without cycles
 */
export function lengthWhenWritten(value: unknown, limit: number): number {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  let length = 0;
  for (let next = waiting.pop(); next !== undefined && length <= limit; next = waiting.pop()) {
    const { value, depth } = next;
    length += MAX_INDENT * depth + 4;
    if (typeof value === 'string') length += value.length;
    else if (Array.isArray(value)) for (const item of value) waiting.push({ value: item, depth: depth + 1 });
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) {
        length += key.length;
        waiting.push({ value: item, depth: depth + 1 });
      }
  }
  return length;
}
