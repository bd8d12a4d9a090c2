/** Values as JSON Schema sees them. */
import { isJsonObject } from './schema-fault.ts';

export function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return true; // Dotprompt's "any"; an unknown type rejects nothing
  }
}

const WORDS: Readonly<Record<string, string>> = {
  null: 'null',
  array: 'a list',
  object: 'an object',
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
};

/** `text or a number` */
export function wordsOfTypes(types: readonly string[]): string {
  const named = types.filter(type => type !== 'null' || types.length === 1);
  return named.map(type => WORDS[type] ?? type.slice(0, 40)).join(' or ');
}

/** The kind of a value, without the value itself. */
export function wordsOfValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? 'text' : 'an object';
}

/** Compares JSON values. @param step called for each part that is compared */
export function equals(one: unknown, other: unknown, step: () => void): boolean {
  step();
  if (one === other) return true;
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => equals(item, other[index], step))
    );
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every(key => Object.hasOwn(other, key) && equals(one[key], other[key], step))
  );
}

/** Returns the same text for equal values. @param step called for each part with the number of steps */
export function textOfValue(value: unknown, step: (count: number) => void): string {
  if (typeof value === 'string') step(1 + value.length / 8);
  else step(1);
  if (Array.isArray(value)) return `[${value.map(item => textOfValue(item, step)).join(',')}]`;
  if (!isJsonObject(value)) return String(JSON.stringify(value));
  const keys = Object.keys(value).sort();
  return `{${keys.map(key => `${JSON.stringify(key)}:${textOfValue(value[key], step)}`).join(',')}}`;
}
