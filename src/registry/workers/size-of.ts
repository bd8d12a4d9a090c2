/** Estimates the memory of plain data while it waits: its strings and bytes, each once. */

/** The maximum number of values to examine: the texts of a request are few, and come early. */
const MOST = 20_000;

/** In bytes. */
export function sizeOf(value: unknown): number {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  let size = 0;
  for (let looked = 0; waiting.length > 0 && looked < MOST; looked++) {
    const next = waiting.pop();
    if (typeof next === 'string') size += next.length;
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    size += 16;
    if (ArrayBuffer.isView(next)) size += next.byteLength;
    else if (next instanceof Map) for (const [key, each] of next) waiting.push(key, each);
    else for (const each of Object.values(next)) waiting.push(each);
  }
  return size;
}
