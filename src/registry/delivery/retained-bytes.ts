/** Estimates the memory that a value retains, to bound a cache by it. */

const OBJECT = 64;
const SLOT = 16;
/** A value with more objects than this is not measured any further. */
const MAX_OBJECTS = 100_000;

/**
 * An upper estimate in bytes: two for each character of a string, and everything that objects, arrays, maps and sets
 * refer to, each counted once. Infinite for a value with too many objects.
 */
export function retainedBytes(value: unknown): number {
  const seen = new Set<object>();
  const left: unknown[] = [value];
  let bytes = 0;
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each === 'string') bytes += OBJECT / 2 + 2 * each.length;
    if (typeof each !== 'object' || each === null || seen.has(each)) continue;
    if (seen.size >= MAX_OBJECTS) return Number.POSITIVE_INFINITY;
    seen.add(each);
    bytes += OBJECT;
    if (ArrayBuffer.isView(each)) {
      bytes += each.byteLength;
      continue;
    }
    const parts = each instanceof Map ? [...each.entries()].flat() : Object.entries(each).flat();
    bytes += SLOT * parts.length;
    for (const part of parts) left.push(part);
  }
  return bytes;
}
