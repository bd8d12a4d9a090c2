/** The form of a prompt's input: selects the control for a value, parses typed text, and changes parts of an input. */
import { inexactNumberIn, keepsDigits, OTHER_DIGITS } from '../../core/exact-numbers.ts';
import { HALF_CHARACTER, hasHalfCharacter } from '../../core/half-characters.ts';
import { jsonFault } from '../../core/json-syntax.ts';
import { givenTwice, repeatedNameIn } from '../../core/repeated-names.ts';
import type { ValueType } from '../../language/types/value-type.ts';

export type Input = Readonly<Record<string, unknown>>;
/** The path from the input to a value in it. */
export type ValuePath = readonly (string | number)[];

export type Control = 'text' | 'number' | 'choice' | 'list' | 'group' | 'json';

/** The control for a value of a type; JSON if the value does not have the type, so that displaying it loses nothing. */
export function controlOf(type: ValueType, value: unknown): Control {
  const is = (kind: string) => value === undefined || value === null || typeof value === kind;
  switch (type.kind) {
    case 'string':
      return is('string') ? 'text' : 'json';
    case 'number':
    case 'integer':
      return is('number') ? 'number' : 'json';
    case 'boolean':
      return is('boolean') ? 'choice' : 'json';
    case 'enum':
      return value === undefined || type.values.includes(value) ? 'choice' : 'json';
    case 'array':
      return value === undefined || value === null || Array.isArray(value) ? 'list' : 'json';
    case 'object':
      return isGroup(type, value ?? {}) ? 'group' : 'json';
    default:
      return 'json';
  }
}

/** Undeclared values have no control of their own. */
function isGroup({ properties }: ValueType & { kind: 'object' }, value: unknown): boolean {
  const names = new Set(properties.map(({ name }) => name));
  return names.size > 0 && isObject(value) && Object.keys(value).every(name => names.has(name));
}

/** The values of a choice, in order. */
export function choicesOf(type: ValueType): readonly unknown[] {
  if (type.kind === 'boolean') return [true, false];
  return type.kind === 'enum' ? type.values : [];
}

/** The initial value of a type, for a new list item. */
export function blankOf(type: ValueType): unknown {
  switch (type.kind) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'enum':
      return type.values[0] ?? null;
    case 'array':
      return [];
    case 'object':
      return Object.fromEntries(
        type.properties.filter(({ optional }) => !optional).map(({ name, type }) => [name, blankOf(type)]),
      );
    default:
      return null;
  }
}

export type Typed = { readonly value: unknown } | { readonly problem: string };

/** @param text of a number field */
export function readNumber(text: string, isInteger: boolean): Typed {
  const value = Number(text.trim());
  if (text.trim() === '' || !Number.isFinite(value)) return { problem: 'Enter a number, such as 12.5.' };
  if (!keepsDigits(text.trim(), value)) return { problem: TOO_MANY_DIGITS };
  if (isInteger && !Number.isInteger(value)) return { problem: 'Enter a whole number.' };
  return { value };
}

/** @param text of a JSON field */
export function readJson(text: string): Typed {
  try {
    const value: unknown = JSON.parse(text);
    const twice = repeatedNameIn(text);
    if (twice !== undefined) return { problem: givenTwice(twice) };
    if (hasHalfCharacter(value)) return { problem: HALF_CHARACTER };
    return inexactNumberIn(text) === undefined ? { value } : { problem: OTHER_DIGITS };
  } catch {
    const fault = jsonFault(text);
    if (fault === undefined)
      return { problem: 'This is not valid JSON. Check its quotes, commas and brackets.' };
    return { problem: `Line ${fault.line}, column ${fault.column}: ${fault.message}` };
  }
}

const TOO_MANY_DIGITS = 'A number cannot hold all these digits. Declare the variable as text to keep them.';

/** Undefined if there is none. */
export function valueAt(input: unknown, path: ValuePath): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}

/** The input with a value set at a path; creates missing parents. */
export function withValue(input: Input, path: ValuePath, value: unknown): Input {
  return put(input, path, value) as Input;
}

/** The input without the property or item at a path. */
export function withoutValue(input: Input, path: ValuePath): Input {
  const key = path.at(-1);
  const parent = valueAt(input, path.slice(0, -1));
  if (key === undefined || valueAt(parent, [key]) === undefined) return input;
  const rest = Array.isArray(parent)
    ? parent.toSpliced(Number(key), 1)
    : Object.fromEntries(Object.entries(parent as Input).filter(([name]) => name !== key));
  return put(input, path.slice(0, -1), rest) as Input;
}

/** The input with the item at a path moved; unchanged if it cannot move so far. */
export function withMoved(input: Input, path: ValuePath, by: number): Input {
  const list = valueAt(input, path.slice(0, -1));
  const from = Number(path.at(-1));
  const to = from + by;
  if (!Array.isArray(list) || to < 0 || to >= list.length) return input;
  const moved = list.toSpliced(from, 1).toSpliced(to, 0, list[from]);
  return put(input, path.slice(0, -1), moved) as Input;
}

function put(into: unknown, path: ValuePath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inner = put(valueAt(into, [key]), rest, value);
  if (typeof key === 'number') {
    const list = Array.isArray(into) ? into : [];
    return list.length <= key ? [...list, inner] : list.with(key, inner);
  }
  return { ...(isObject(into) ? into : {}), [key]: inner };
}

function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
