/** Values as text, measured before they are written out: an input may hold itself many times over. */

import { Problem } from '../../problem.ts';
import type { Node } from '../../syntax-tree.ts';
import { MAX_NESTING } from '../limits.ts';
import { invalidAt, tooExpensive } from '../problems.ts';
import type { Scope } from '../scope.ts';

/**
 * A value as Handlebars writes it: nothing for null and undefined.
 * @throws Problem `too_expensive`, or `invalid_source` for an object without text
 */
export function textOf(value: unknown, scope: Scope, node: Node): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return typeof value === 'function' ? '' : String(value);
  return made(value, scope, node, {
    length: lengthAsText,
    isDeep: false,
    write: String,
    refusal: NO_TEXT,
  });
}

/**
 * A value as JSON; "undefined" for undefined, as in Dotprompt.
 * @param indent as `JSON.stringify` takes it
 * @throws Problem `too_expensive`, or `invalid_source` for a value that JSON cannot express
 */
export function jsonOf(value: unknown, indent: unknown, scope: Scope, node: Node): string {
  const space = typeof indent === 'number' || typeof indent === 'string' ? indent : 0;
  const width = typeof space === 'number' ? Math.min(10, Math.max(0, space)) : Math.min(10, space.length);
  return made(value, scope, node, {
    length: (item, depth) => lengthAsJson(item, depth * width),
    isDeep: true,
    write: () => String(JSON.stringify(value, null, space)),
    refusal: NO_JSON,
  });
}

const NO_TEXT =
  'This is an object, and an object has no text. Write one of its properties, or use {{json …}}.';
const NO_JSON = 'This value cannot be written as JSON.';

interface Writing {
  /** How long one item is on its own, at least. */
  length(item: unknown, depth: number): number;
  /** Whether what an object holds is written. */
  readonly isDeep: boolean;
  write(value: unknown): string;
  readonly refusal: string;
}

function made(value: unknown, scope: Scope, node: Node, writing: Writing): string {
  const { run, template } = scope;
  const { room } = run.meter;
  let text: string;
  try {
    const length = measure(value, 0, 0, room, writing);
    run.meter.make(length, template, node);
    if (length > room) throw run.meter.tooLong(template, node);
    text = writing.write(value);
    run.meter.make(Math.max(0, text.length - length), template, node);
  } catch (cause) {
    if (Problem.is(cause)) throw cause;
    // Both are recursive: the engine has no room for more.
    if (cause instanceof RangeError) throw tooExpensive('nesting', MAX_NESTING, template, node);
    throw invalidAt(template, node, writing.refusal, { cause });
  }
  return text;
}

/** `total` and about how long `value` is, at least; counting ends above `limit`, also in a value that holds itself. */
function measure(value: unknown, depth: number, total: number, limit: number, writing: Writing): number {
  let length = total + writing.length(value, depth);
  if (typeof value !== 'object' || value === null) return length;
  const items = Array.isArray(value) ? value : writing.isDeep ? Object.values(value) : [];
  for (const item of items) {
    if (length > limit) return length;
    length = measure(item, depth + 1, length, limit, writing);
  }
  return length;
}

function lengthAsText(item: unknown): number {
  if (typeof item === 'string') return item.length + 1;
  return Array.isArray(item) ? 0 : 1;
}

function lengthAsJson(item: unknown, indentation: number): number {
  if (typeof item === 'string') return item.length + 3 + indentation;
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return 2 + indentation;
  let keys = 2 + indentation;
  for (const key of Object.keys(item)) keys += key.length + 3;
  return keys;
}
