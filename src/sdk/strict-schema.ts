/** JSON Schema within what structured outputs take. */
import type { JsonSchema } from './adapt.ts';

/** With `additionalProperties: false` wherever properties are named, and nothing is said of others. */
export function closedSchema(schema: JsonSchema): JsonSchema {
  return rewritten(schema, object => (isOpen(object) ? object : { ...object, additionalProperties: false }));
}

/**
 * For OpenAI's strict mode: each object requires all its keys, and one that was optional may be null instead.
 * @returns undefined where strict mode cannot express the schema, as where other keys are allowed
 */
export function strictSchema(schema: JsonSchema): JsonSchema | undefined {
  if (schema['type'] !== 'object') return undefined;
  let isStrict = true;
  const strict = rewritten(schema, object => {
    const properties = (object['properties'] ?? {}) as Record<string, unknown>;
    if (isOpen(object) || Object.keys(properties).length === 0) isStrict = false;
    const required = new Set(Array.isArray(object['required']) ? object['required'] : []);
    const all = Object.entries(properties).map(([key, own]) => [key, required.has(key) ? own : orNull(own)]);
    return {
      ...object,
      properties: Object.fromEntries(all),
      required: Object.keys(properties),
      additionalProperties: false,
    };
  });
  return isStrict && !mentions(schema, NOT_STRICT) ? strict : undefined;
}

const NOT_STRICT: readonly string[] = [
  'allOf',
  'oneOf',
  'not',
  'if',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'prefixItems',
];
/** Keywords with one schema, with a list of schemas, and with schemas by name. */
const ONE: readonly string[] = ['items', 'additionalProperties', 'not'];
const LISTS: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const NAMED: readonly string[] = ['properties', '$defs', 'definitions', 'patternProperties'];

function isOpen({ additionalProperties }: JsonSchema): boolean {
  return additionalProperties !== undefined && additionalProperties !== false;
}

/** @param change is given each schema of an object, those inside it changed already */
function rewritten(schema: JsonSchema, change: (object: JsonSchema) => JsonSchema): JsonSchema {
  const inside = (value: unknown): unknown => (isSchema(value) ? rewritten(value, change) : value);
  const copy: JsonSchema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (ONE.includes(key)) copy[key] = inside(value);
    else if (LISTS.includes(key) && Array.isArray(value)) copy[key] = value.map(inside);
    else if (NAMED.includes(key) && isSchema(value))
      copy[key] = Object.fromEntries(Object.entries(value).map(([name, own]) => [name, inside(own)]));
    else copy[key] = value;
  }
  const isObject = [schema['type']].flat().includes('object') || isSchema(schema['properties']);
  return isObject ? change(copy) : copy;
}

function mentions(schema: unknown, keywords: readonly string[]): boolean {
  if (!isSchema(schema)) return false;
  return Object.entries(schema).some(([key, value]) => {
    if (keywords.includes(key)) return true;
    if (ONE.includes(key)) return mentions(value, keywords);
    if (LISTS.includes(key) && Array.isArray(value)) return value.some(each => mentions(each, keywords));
    return (
      NAMED.includes(key) && isSchema(value) && Object.values(value).some(each => mentions(each, keywords))
    );
  });
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
