/** Canonical JSON (RFC 8785): the one text of a value, so that a hash of it can be recomputed by anyone. */
import canonicalize from 'canonicalize';

/** @throws TypeError for what JSON cannot hold (undefined at the top, NaN, lone surrogates). */
export function canonicalJson(value: unknown): string {
  const text = plainText(value) ?? canonicalize(value);
  if (text === undefined) throw new TypeError('This value has no JSON text.');
  return text;
}

/**
 * The same text in a fraction of the time, as the engine writes it from a copy whose keys are in order; undefined for
 * what it would write in another way than the RFC: all but JSON's own values, and some of them.
 */
function plainText(value: unknown): string | undefined {
  const ordered = plainInOrder(value);
  return ordered === undefined ? undefined : plainJson(ordered);
}

/** A value whose objects have their keys in order; undefined for one that the engine would write in another way. */
export function plainInOrder(value: unknown): unknown {
  const ordered = inOrder(value, 0);
  return ordered === OTHER ? undefined : ordered;
}

/** The canonical JSON of what is in order; undefined for one that has a lone surrogate. */
export function plainJson(ordered: unknown): string | undefined {
  const text = JSON.stringify(ordered);
  // Lone surrogates are written as escapes.
  return text.includes('\\ud') ? undefined : text;
}

/** Stands for a value that is left to the package. */
const OTHER = Symbol('other');
const MAX_DEPTH = 20;

/** The value with the keys of its objects in order; itself where they are. */
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
    // Left out, as by JSON itself.
    if (value === undefined) continue;
    const inside = inOrder(value, depth + 1);
    if (inside === OTHER) return OTHER;
    if (inside !== value) ordered ??= { ...object };
    if (ordered !== undefined) ordered[key] = inside;
  }
  return ordered ?? object;
}

/** Returns whether an object keeps a key elsewhere than where it was put, or JSON asks it for the value. */
function isSpecial(key: string): boolean {
  const first = key.charCodeAt(0);
  return (first >= 48 && first <= 57) || key === '__proto__' || key === 'toJSON';
}

/** By UTF-16 code units. The engine's own way takes longer for a few. */
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
