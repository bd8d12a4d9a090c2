/** Canonical JSON (RFC 8785): a unique text for each value, so that anyone can recompute a hash of it. */
import canonicalize from 'canonicalize';

/** @throws TypeError for what JSON cannot express (undefined at the top, NaN, lone surrogates). */
export function canonicalJson(value: unknown): string {
  const text = plainText(value) ?? canonicalize(value);
  if (text === undefined) throw new TypeError('This value has no JSON text.');
  return text;
}

/**
 * The same text in a fraction of the time: the engine serializes a copy with sorted keys. Undefined if the engine would
 * serialize a value differently from the RFC.
 */
function plainText(value: unknown): string | undefined {
  const ordered = plainInOrder(value);
  return ordered === undefined ? undefined : plainJson(ordered);
}

/** A value whose objects have sorted keys; undefined if the engine would serialize it differently. */
export function plainInOrder(value: unknown): unknown {
  const ordered = inOrder(value, 0);
  return ordered === OTHER ? undefined : ordered;
}

/** The canonical JSON of a value whose keys are sorted; undefined if it contains a lone surrogate. */
export function plainJson(ordered: unknown): string | undefined {
  const text = JSON.stringify(ordered);
  // Lone surrogates are written as escapes.
  return text.includes('\\ud') ? undefined : text;
}

/** Marks a value that the package must serialize. */
const OTHER = Symbol('other');
const MAX_DEPTH = 20;

/** The value with sorted keys; the same object if they are sorted already. */
function inOrder(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : OTHER;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return OTHER;
  if (Array.isArray(value)) return itemsInOrder(value, depth);
  return Object.getPrototypeOf(value) === Object.prototype
    ? keysInOrder(value as Readonly<Record<string, unknown>>, depth)
    : OTHER;
}

function itemsInOrder(items: readonly unknown[], depth: number): unknown {
  let ordered: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    const inside = inOrder(item, depth + 1);
    if (inside === OTHER) return OTHER;
    if (inside !== item) ordered ??= [...items];
    if (ordered !== undefined) ordered[index] = inside;
  }
  return ordered ?? items;
}

function keysInOrder(object: Readonly<Record<string, unknown>>, depth: number): unknown {
  const keys = Object.keys(object);
  let isOrdered = true;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    if (isSpecial(key)) return OTHER;
    if (index > 0 && (keys[index - 1] as string) > key) isOrdered = false;
  }
  if (!isOrdered) sort(keys);
  let ordered: Record<string, unknown> | undefined = isOrdered ? undefined : {};
  for (const key of keys) {
    const value = object[key];
    // Omitted, as in `JSON.stringify`.
    if (value === undefined) continue;
    const inside = inOrder(value, depth + 1);
    if (inside === OTHER) return OTHER;
    if (inside !== value) ordered ??= { ...object };
    if (ordered !== undefined) ordered[key] = inside;
  }
  return ordered ?? object;
}

/** Returns true if an object may reorder a key, or JSON calls it to get the value. */
function isSpecial(key: string): boolean {
  const first = key.charCodeAt(0);
  return (first >= 48 && first <= 57) || key === '__proto__' || key === 'toJSON';
}

/** By UTF-16 code units. The built-in sort is slower for a few keys. */
function sort(keys: string[]): void {
  if (keys.length > 16) {
    keys.sort();
    return;
  }
  for (let end = 1; end < keys.length; end++) {
    const key = keys[end] as string;
    let at = end;
    for (; at > 0 && (keys[at - 1] as string) > key; at--) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
}
