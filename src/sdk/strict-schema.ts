/** JSON Schema within what structured outputs take. */
import type { JsonSchema } from './adapt.ts';

/** Enums with their types, and no other keys where keys are named and nothing is said of others. */
export function closedSchema(schema: JsonSchema): JsonSchema {
  return rewritten(schema, each => {
    const typed = withType(each);
    const isClosed = isSchema(each['properties']) && each['additionalProperties'] === undefined;
    return isClosed ? { ...typed, additionalProperties: false } : typed;
  });
}

/**
 * For OpenAI's strict mode: each object requires all its keys, one that was optional may be null instead, and each
 * value has a type.
 * @returns undefined where strict mode cannot express the schema, as where other keys are allowed
 */
export function strictSchema(schema: JsonSchema): JsonSchema | undefined {
  if (schema['type'] !== 'object') return undefined;
  let isStrict = true;
  const strict = rewritten(schema, each => {
    // It checks nothing, and strict mode refuses it.
    const { default: _, ...typed } = withType(each);
    const isKnown = ['type', 'anyOf', '$ref'].some(key => key in typed);
    if (!isKnown || NOT_STRICT.some(key => key in typed)) isStrict = false;
    if (!isObjectSchema(typed)) return typed;
    const { additionalProperties = false } = typed;
    const properties = isSchema(typed['properties']) ? typed['properties'] : {};
    if (additionalProperties !== false || Object.keys(properties).length === 0) isStrict = false;
    const required = new Set(Array.isArray(typed['required']) ? typed['required'] : []);
    const all = Object.entries(properties).map(([key, own]) => [key, required.has(key) ? own : orNull(own)]);
    return {
      ...typed,
      properties: Object.fromEntries(all),
      required: Object.keys(properties),
      additionalProperties: false,
    };
  });
  return isStrict ? strict : undefined;
}

/** Keywords that strict mode does not take. */
const NOT_STRICT: readonly string[] = [
  'allOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'unevaluatedProperties',
  'prefixItems',
  'contains',
  'uniqueItems',
  'unevaluatedItems',
  'minLength',
  'maxLength',
];
/** Keywords with one schema, with a list of schemas, and with schemas by name. */
const ONE: readonly string[] = ['items', 'additionalProperties', 'not'];
const LISTS: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const NAMED: readonly string[] = ['properties', '$defs', 'definitions', 'patternProperties'];

/** @param change is given each schema, those inside it changed already */
function rewritten(schema: JsonSchema, change: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const inside = (value: unknown): unknown => (isSchema(value) ? rewritten(value, change) : value);
  const copy = Object.entries(schema).map(([key, value]) => {
    if (ONE.includes(key)) return [key, inside(value)];
    if (LISTS.includes(key) && Array.isArray(value)) return [key, value.map(inside)];
    if (!NAMED.includes(key) || !isSchema(value)) return [key, value];
    return [key, Object.fromEntries(Object.entries(value).map(([name, own]) => [name, inside(own)]))];
  });
  return change(Object.fromEntries(copy));
}

/** An enum or constant names the types of its values, which Picoschema leaves out. */
function withType(schema: JsonSchema): JsonSchema {
  if (schema['type'] !== undefined) return schema;
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(values) || values.length === 0) return schema;
  const types = [...new Set(values.map(value => (value === null ? 'null' : typeof value)))];
  return types.includes('object') ? schema : { ...schema, type: types.length === 1 ? types[0] : types };
}

function isObjectSchema({ type, properties }: JsonSchema): boolean {
  return [type].flat().includes('object') || isSchema(properties);
}

function orNull(schema: unknown): unknown {
  if (!isSchema(schema)) return schema;
  const { type, enum: values } = schema;
  if (type === undefined || 'const' in schema) {
    if (Array.isArray(values)) return { ...schema, enum: values.includes(null) ? values : [...values, null] };
    return { anyOf: [schema, { type: 'null' }] };
  }
  const types = [type].flat();
  return {
    ...schema,
    type: types.includes('null') ? type : [...types, 'null'],
    ...(Array.isArray(values) && !values.includes(null) && { enum: [...values, null] }),
  };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
