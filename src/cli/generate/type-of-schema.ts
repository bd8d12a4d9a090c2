/**
 * Converts JSON Schema to TypeScript. A type accepts every value that matches its schema; if a schema is stricter than
 * a type can be (patterns, ranges), the type is wider.
 */
import { oneLine } from '../../core/visible-text.ts';

/** `input` is for objects that callers write, in which lists may be readonly. */
export type Direction = 'input' | 'output';

/** `$ref` can make a small schema very large. */
const MAX_PARTS = 5000;
const MAX_DEPTH = 50;

type Schema = Readonly<Record<string, unknown>>;

/** @param indent of the line on which the type begins */
export function typeOfSchema(schema: unknown, direction: Direction, indent = ''): string {
  let parts = 0;
  let depth = 0;
  const refs: string[] = [];

  function typeOf(value: unknown, at: string): string {
    parts += 1;
    if (value === false) return 'never';
    if (!isObject(value) || parts > MAX_PARTS || depth >= MAX_DEPTH) return 'unknown';
    depth += 1;
    const type = typeOfObject(value, at);
    depth -= 1;
    return type;
  }

  function typeOfObject(value: Schema, at: string): string {
    const { $ref: ref, enum: values } = value;
    if ('const' in value) return literal(value['const']);
    if (Array.isArray(values)) return unionOf(values.map(literal));
    const target = typeof ref === 'string' ? [referenced(ref, at)] : [];
    // A reference that cannot be resolved here accepts any value.
    if (target.includes('unknown')) return 'unknown';
    const all = [...target, ofTypes(value, at)];
    for (const key of ['anyOf', 'oneOf']) {
      const choices = value[key];
      if (Array.isArray(choices)) all.push(unionOf(choices.map(each => typeOf(each, at))));
    }
    if (Array.isArray(value['allOf'])) all.push(...value['allOf'].map(each => typeOf(each, at)));
    const said = all.filter(each => each !== 'unknown');
    if (said.length < 2) return said[0] ?? 'unknown';
    return said.map(each => (each.includes('|') ? `(${each})` : each)).join(' & ');
  }

  function referenced(ref: string, at: string): string {
    const target = refs.includes(ref) ? undefined : targetOf(schema, ref);
    if (target === undefined) return 'unknown';
    refs.push(ref);
    const type = typeOf(target, at);
    refs.pop();
    return type;
  }

  function ofTypes(value: Schema, at: string): string {
    const { type } = value;
    if (type !== undefined) return unionOf([type].flat().map(each => ofType(String(each), value, at)));
    if (isObject(value['properties']) || Array.isArray(value['required'])) return objectType(value, at);
    return value['items'] === undefined ? 'unknown' : ofType('array', value, at);
  }

  function ofType(type: string, value: Schema, at: string): string {
    if (type === 'integer') return 'number';
    if (type === 'object') return objectType(value, at);
    if (type === 'array') {
      const { items, prefixItems } = value;
      const item = prefixItems === undefined && isObject(items) ? typeOf(items, at) : 'unknown';
      return `${direction === 'input' ? 'ReadonlyArray' : 'Array'}<${item}>`;
    }
    return ['string', 'number', 'boolean', 'null'].includes(type) ? type : 'unknown';
  }

  function objectType(value: Schema, at: string): string {
    const properties = isObject(value['properties']) ? value['properties'] : {};
    const required = new Set(Array.isArray(value['required']) ? value['required'].map(String) : []);
    const names = new Set([...Object.keys(properties), ...required]);
    const others = value['additionalProperties'];
    if (names.size === 0 && (others === undefined || others === true) && direction === 'input')
      return 'object';
    const inside = `${at}  `;
    const lines: string[] = [];
    for (const name of names) {
      const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
      lines.push(...commentOf(own).map(text => `${inside}${text}`));
      const type = typeOf(own, inside);
      lines.push(`${inside}${keyOf(name)}${required.has(name) ? `: ${type}` : `?: ${orNone(type)}`};`);
    }
    const isOpen = others === true || isObject(others) || value['patternProperties'] !== undefined;
    if (names.size === 0 || isOpen) {
      // Named properties may have another type, and an index signature applies to them as well.
      const type = names.size > 0 || !isObject(others) ? 'unknown' : typeOf(others, inside);
      lines.push(`${inside}[name: string]: ${others === false ? 'never' : type};`);
    }
    return `{\n${lines.join('\n')}\n${at}}`;
  }

  /** Null counts as not given, because models write it for optional values; in inputs, so does undefined. */
  function orNone(type: string): string {
    if (type === 'unknown') return type;
    const orNull = /(?:^| \| )null$/.test(type) ? type : `${type} | null`;
    return direction === 'input' ? `${orNull} | undefined` : orNull;
  }

  return typeOf(schema, indent);
}

/** A description as the lines of a comment, which it cannot close; empty if there is no description. */
export function commentOf(schema: unknown): string[] {
  const description = isObject(schema) ? schema['description'] : undefined;
  if (typeof description !== 'string' || description.trim() === '') return [];
  return [`/** ${oneLine(description.trim().replace(/\s+/g, ' ')).replaceAll('*/', '*\\/')} */`];
}

/** A string literal. */
export function quoted(text: string): string {
  const json = JSON.stringify(text);
  return /['\\]/.test(json) || json.indexOf('"', 1) < json.length - 1 ? json : `'${json.slice(1, -1)}'`;
}

export function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'number';
  return typeof value === 'boolean' || value === null ? String(value) : 'unknown';
}

function unionOf(types: readonly string[]): string {
  if (types.includes('unknown')) return 'unknown';
  return [...new Set(types)].join(' | ') || 'never';
}

/** The target of a reference into the schema itself, a JSON Pointer (RFC 6901); undefined for any other reference. */
function targetOf(schema: unknown, ref: string): unknown {
  if (ref === '#') return schema;
  if (!ref.startsWith('#/')) return undefined;
  let found = schema;
  for (const part of ref.slice(2).split('/')) {
    const key = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Schema)[key];
  }
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not a valid escape
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
