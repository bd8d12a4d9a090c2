/** Writes values as text and as JSON. JSON is measured first, since an input may contain the same value many times. */
import { Problem } from '../../problem.ts';
import { asPath, hasArguments, type Node } from '../../syntax-tree.ts';
import { writtenPath } from '../../written-path.ts';
import { MAX_NESTING } from '../max-nesting.ts';
import { invalidAt, tooExpensive } from '../problems.ts';
import type { Scope } from '../scope.ts';
import type { WritingStatement } from '../written-expression.ts';
import { notText } from './not-text.ts';

/**
 * A value as Handlebars writes it: nothing for null and undefined.
 * @param node the statement that writes it
 * @throws Problem `invalid_source` for an object or a list: neither is text
 */
export function textOf(value: unknown, scope: Scope, node: WritingStatement): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return typeof value === 'function' ? '' : String(value);
  const isPlain = node.type === 'MustacheStatement' && !hasArguments(node);
  const name = isPlain ? writtenPath(asPath(node.path)) : undefined;
  throw invalidAt(scope.template, node, notText(value, name));
}

/**
 * A value as JSON.
 * @param value neither null nor undefined
 * @param indent as for `JSON.stringify`
 * @throws Problem `too_expensive`, or `invalid_source` for a value that JSON cannot express
 */
export function jsonOf(value: unknown, indent: unknown, scope: Scope, node: Node): string {
  const space = typeof indent === 'number' || typeof indent === 'string' ? indent : 0;
  const width = typeof space === 'number' ? Math.min(10, Math.max(0, space)) : Math.min(10, space.length);
  const { run, template } = scope;
  const { room } = run.meter;
  let text: string;
  try {
    const length = measure(value, 0, 0, room, width);
    run.meter.make(length, template, node);
    if (length > room) throw run.meter.tooLong(template, node);
    text = String(JSON.stringify(value, null, space));
    run.meter.make(Math.max(0, text.length - length), template, node);
  } catch (cause) {
    if (Problem.is(cause)) throw cause;
    // Both are recursive: the engine has no room for more.
    if (cause instanceof RangeError) throw tooExpensive('nesting', MAX_NESTING, template, node);
    throw invalidAt(template, node, NO_JSON, { cause });
  }
  return text;
}

const NO_JSON = 'This value cannot be written as JSON.';

/** Adds the approximate minimum length of `value` to `total`; stops above `limit`, even if `value` contains itself. */
function measure(value: unknown, depth: number, total: number, limit: number, width: number): number {
  let length = total + lengthAsJson(value, depth * width);
  if (typeof value !== 'object' || value === null) return length;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (length > limit) return length;
    length = measure(item, depth + 1, length, limit, width);
  }
  return length;
}

function lengthAsJson(item: unknown, indentation: number): number {
  if (typeof item === 'string') return item.length + 3 + indentation;
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return 2 + indentation;
  let keys = 2 + indentation;
  for (const key of Object.keys(item)) keys += key.length + 3;
  return keys;
}
