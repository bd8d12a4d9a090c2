/** Rewrites JSON Schema for structured outputs. */
import type { JsonSchema } from './adapt.ts';

/** Adds types to enums, and closes objects that name their keys and do not mention others. */
export function closedSchema(schema: JsonSchema): JsonSchema {
  return rewritten(schema, each => {
    const typed = withType(each);
    const isClosed = isSchema(each['properties']) && each['additionalProperties'] === undefined;
    return isClosed ? { ...typed, additionalProperties: false } : typed;
  });
}

/** Keywords with one schema, with a list of schemas, and with schemas by name. */
const ONE: readonly string[] = ['items', 'additionalProperties', 'not'];
const LISTS: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const NAMED: readonly string[] = ['properties', '$defs', 'definitions', 'patternProperties'];

/** Applies `change` to a schema and to every schema in it, the inner ones first. */
export function rewritten(schema: JsonSchema, change: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const inside = (value: unknown): unknown => (isSchema(value) ? rewritten(value, change) : value);
  const copy = Object.entries(schema).map(([key, value]) => {
    if (ONE.includes(key)) return [key, inside(value)];
    if (LISTS.includes(key) && Array.isArray(value)) return [key, value.map(inside)];
    if (!NAMED.includes(key) || !isSchema(value)) return [key, value];
    return [key, Object.fromEntries(Object.entries(value).map(([name, own]) => [name, inside(own)]))];
  });
  return change(Object.fromEntries(copy));
}

/** Adds the types of its values to an enum or constant, because Picoschema leaves them out. */
export function withType(schema: JsonSchema): JsonSchema {
  if (schema['type'] !== undefined) return schema;
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(values) || values.length === 0) return schema;
  const types = [...new Set(values.map(value => (value === null ? 'null' : typeof value)))];
  return types.includes('object') ? schema : { ...schema, type: types.length === 1 ? types[0] : types };
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
