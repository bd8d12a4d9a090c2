/** Compares JSON Schemas as far as callers notice: whether a value that fitted one still fits another. */
import { canonicalJson } from '../canonical.ts';

/**
 * An input's schema without descriptions, as canonical JSON. Null is omitted at the top: a null input counts as not
 * given, and `required` is compared separately. Undefined for values that JSON cannot express, and above 20,000 parts,
 * which YAML aliases reach quickly.
 */
export function schemaShape(schema: unknown): string | undefined {
  let parts = 0;
  try {
    return canonicalJson(withoutNull(withoutWords(schema, false)));
  } catch {
    return undefined; // a schema that cannot be compared counts as none
  }

  /** @param isNames whether the keys are names that the author chose */
  function withoutWords(value: unknown, isNames: boolean): unknown {
    parts += 1;
    if (parts > MAX_PARTS) throw new RangeError('The schema is too large to compare.');
    if (Array.isArray(value)) return value.map(each => withoutWords(each, false));
    if (!isObject(value)) return value;
    const kept = Object.entries(value).filter(([key]) => isNames || !WORDS.has(key));
    return Object.fromEntries(
      kept.map(([key, own]) => {
        if (!isNames && key === 'required' && Array.isArray(own)) return [key, own.map(String).sort()];
        return [key, withoutWords(own, !isNames && key === 'properties')];
      }),
    );
  }
}

const MAX_PARTS = 20_000;
/** Keys of JSON Schema that only people read. */
const WORDS: ReadonlySet<string> = new Set(['description', 'title', 'examples', '$comment', 'default']);

function withoutNull(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const { type, enum: values } = schema;
  const types = Array.isArray(type) ? type.filter(each => each !== 'null') : [];
  return {
    ...schema,
    ...(types.length > 0 && { type: types.length === 1 ? types[0] : types }),
    ...(Array.isArray(values) && { enum: values.filter(value => value !== null) }),
  };
}

/** Returns true if every value that fits `from` certainly fits `to`, too. Both are `schemaShape`s. */
export function isAsWide(from: string, to: string): boolean {
  return from === to || accepts(JSON.parse(from), JSON.parse(to));
}

function accepts(from: unknown, to: unknown): boolean {
  if (!isObject(from) || !isObject(to)) return false;
  if (Object.keys(to).length === 0 || canonicalJson(from) === canonicalJson(to)) return true;
  const had = typesOf(from);
  const has = typesOf(to);
  if (had === undefined || has === undefined || !had.every(type => has.some(each => includes(each, type))))
    return false;
  for (const [key, value] of Object.entries(to)) {
    if (key === 'type' || key === '$schema') continue;
    if (key === 'enum') {
      const allowed = new Set((value as unknown[]).map(canonicalJson));
      if (!Array.isArray(from['enum']) || !from['enum'].every(each => allowed.has(canonicalJson(each))))
        return false;
    } else if (key === 'items') {
      if (!accepts(from['items'], value)) return false;
    } else if (key === 'properties') {
      if (!propertiesAccept(from, to)) return false;
    } else if (key === 'required') {
      const given = Array.isArray(from['required']) ? from['required'] : [];
      if (!(value as unknown[]).every(name => given.includes(name))) return false;
    } else if (value !== true && canonicalJson(from[key] ?? null) !== canonicalJson(value)) return false;
  }
  return true;
}

/** A property that is no longer named would be ignored, so it matters; a new one only matters if it is required. */
function propertiesAccept(from: Schema, to: Schema): boolean {
  const had = isObject(from['properties']) ? from['properties'] : {};
  const has = isObject(to['properties']) ? to['properties'] : {};
  return Object.entries(had).every(([name, own]) => Object.hasOwn(has, name) && accepts(own, has[name]));
}

type Schema = Readonly<Record<string, unknown>>;

/** Undefined if the schema does not say, such as a `oneOf`. */
function typesOf({ type, enum: values }: Schema): readonly string[] | undefined {
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.map(String);
  return Array.isArray(values) ? [...new Set(values.map(typeOfValue))] : undefined;
}

function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function includes(wide: string, narrow: string): boolean {
  return wide === narrow || (wide === 'number' && narrow === 'integer');
}

/** A schema as an author writes it: `string`, `number[]`, `"high" | "low"`, `object`; at most 60 characters. */
export function wordsOfSchema(shape: string): string {
  const words = wordsOf(JSON.parse(shape));
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}

function wordsOf(schema: unknown): string {
  if (!isObject(schema)) return 'any';
  const values = schema['enum'];
  if (Array.isArray(values)) return values.map(value => JSON.stringify(value)).join(' | ');
  const types = (typesOf(schema) ?? ['any']).filter(type => type !== 'null');
  return types.map(type => (type === 'array' ? `${wordsOf(schema['items'])}[]` : type)).join(' | ') || 'null';
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
