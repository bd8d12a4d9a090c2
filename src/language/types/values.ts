/** Checks whether values fit a type: defaults, samples and the input of the preview. */
import { nearest } from '../../core/near.ts';
import { ANY, type Declared, type ValueType, wordsOfType } from './value-type.ts';

export interface ValueMisfit {
  /** The path from the value to the part that does not fit, including a missing property. */
  readonly path: readonly (string | number)[];
  /** The expected and found types, as a clause: "number is expected, found text"; never quotes the value. */
  readonly message: string;
  readonly problem: 'wrong' | 'missing' | 'unknown';
  /** A similar name in place of an unknown property, or a similar value of the enum. */
  readonly near?: string;
}

/** The maximum number of misfits. */
const MAX_MISFITS = 50;
/** Values that YAML aliases share can be far larger than their text. */
const MAX_STEPS = 200_000;

/** The first 50 places where `value` does not fit `type`, in order. An optional property may be null or undefined. */
export function misfits(value: unknown, type: ValueType): ValueMisfit[] {
  const found: ValueMisfit[] = [];
  let steps = 0;
  check(value, type, []);
  return found;

  function check(value: unknown, type: ValueType, path: readonly (string | number)[]): void {
    steps += 1;
    if (found.length >= MAX_MISFITS || steps > MAX_STEPS) return;
    if (type.kind === 'array' && Array.isArray(value))
      for (const [index, item] of value.entries()) check(item, type.items, [...path, index]);
    else if (type.kind === 'object' && isObject(value)) checkObject(value, type, path);
    else if (!isOf(value, type)) found.push({ path, problem: 'wrong', ...expectation(value, type) });
  }

  function checkObject(
    value: Readonly<Record<string, unknown>>,
    { properties, others }: ValueType & { kind: 'object' },
    path: readonly (string | number)[],
  ): void {
    const byName = new Map(properties.map(property => [property.name, property]));
    for (const property of properties) {
      const { name, optional } = property;
      const own = Object.hasOwn(value, name) ? value[name] : undefined;
      if (own !== undefined && (own !== null || !optional)) check(own, property.type, [...path, name]);
      else if (!optional && own === undefined)
        found.push({ path: [...path, name], problem: 'missing', message: `"${name}" is missing` });
    }
    for (const [name, own] of Object.entries(value)) {
      if (byName.has(name)) continue;
      if (others !== undefined) check(own, others, [...path, name]);
      else found.push({ path: [...path, name], problem: 'unknown', ...unknownName(name, properties) });
    }
  }
}

function isOf(value: unknown, type: ValueType): boolean {
  switch (type.kind) {
    case 'any':
      return true;
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'enum':
      return type.values.some(allowed => equals(allowed, value));
    case 'array':
    case 'object':
      return false;
    default:
      return typeof value === type.kind;
  }
}

function expectation(value: unknown, type: ValueType): { message: string; near?: string } {
  const words = wordsOfType(type);
  const expected =
    words.length > 120 ? (type.kind === 'enum' ? 'one of the listed values' : type.kind) : words;
  if (type.kind !== 'enum' || typeof value !== 'string')
    return { message: `${expected} is expected, found ${wordsOfValue(value)}` };
  const near = nearest(
    value,
    type.values.filter(allowed => typeof allowed === 'string'),
  );
  const message = `${expected} is expected, found something else`;
  return near === undefined ? { message } : { message: `${message}. Did you mean "${near}"?`, near };
}

function unknownName(name: string, properties: readonly Declared[]): { message: string; near?: string } {
  const near = nearest(
    name,
    properties.map(property => property.name),
  );
  const message = `"${name}" is not declared`;
  return near === undefined ? { message } : { message: `${message}. Did you mean "${near}"?`, near };
}

/** The kind of a value, without the value itself. */
export function wordsOfValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return Number.isInteger(value) ? 'a whole number' : 'a number';
    case 'boolean':
      return `${value}`;
    default:
      return isObject(value) ? 'an object' : 'something else';
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Compares JSON values. */
export function equals(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left))
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => equals(item, right[index]))
    );
  if (!isObject(left) || !isObject(right)) return Number.isNaN(left) && Number.isNaN(right);
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every(key => Object.hasOwn(right, key) && equals(left[key], right[key]))
  );
}

/** A path within a value, as authors write it: `queues[1].takes`. */
export function wordsOfPath(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (words, step) =>
      typeof step === 'number' ? `${words}[${step}]` : words === '' ? step : `${words}.${step}`,
    '',
  );
}

/** The type of a value, for a variable that only has a default. */
export function typeOfValue(value: unknown): ValueType {
  let steps = 0;
  return typeOf(value);

  function typeOf(value: unknown): ValueType {
    steps += 1;
    if (steps > MAX_STEPS) return ANY;
    if (Array.isArray(value)) return { kind: 'array', items: joined(value.map(typeOf)) };
    switch (typeof value) {
      case 'string':
      case 'number':
      case 'boolean':
        return { kind: typeof value as 'string' | 'number' | 'boolean' };
    }
    if (!isObject(value)) return ANY;
    const properties = Object.entries(value).map(([name, own]) => declared(name, typeOf(own), false));
    return { kind: 'object', properties, others: ANY };
  }
}

/** The common type of all `types`; a property that one of them lacks is optional. */
function joined(types: readonly ValueType[]): ValueType {
  const [first, ...others] = types;
  if (first === undefined || others.some(({ kind }) => kind !== first.kind)) return ANY;
  if (first.kind === 'array') return { kind: 'array', items: joined(types.map(itemsOf)) };
  if (first.kind !== 'object') return first;
  const byName = new Map<string, Declared[]>();
  for (const { properties } of types as readonly (ValueType & { kind: 'object' })[])
    for (const property of properties) {
      const same = byName.get(property.name);
      if (same) same.push(property);
      else byName.set(property.name, [property]);
    }
  const properties = [...byName].map(([name, found]) => {
    const optional = found.length < types.length || found.some(property => property.optional);
    return declared(name, joined(found.map(({ type }) => type)), optional);
  });
  return { kind: 'object', properties, others: ANY };
}

function itemsOf(type: ValueType): ValueType {
  return type.kind === 'array' ? type.items : ANY;
}

function declared(name: string, type: ValueType, optional: boolean): Declared {
  return { name, type, optional, nameSpan: undefined, span: undefined };
}
