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
  // It takes no alternatives at the root.
  if (schema['type'] !== 'object' || 'anyOf' in schema) return undefined;
  let isStrict = true;
  const strict = rewritten(schema, each => {
    const typed = withType(withoutNotes(each));
    if (!isTaken(typed)) isStrict = false;
    if ('$ref' in typed) return reference(typed);
    if (!isObjectSchema(typed)) return typed;
    const { additionalProperties = false } = typed;
    const properties = isSchema(typed['properties']) ? typed['properties'] : {};
    const names = Object.keys(properties);
    const required = new Set(Array.isArray(typed['required']) ? typed['required'] : []);
    const isClosed = additionalProperties === false && names.length > 0;
    if (!isClosed || [...required].some(name => !names.includes(name))) isStrict = false;
    const all = Object.entries(properties).map(([key, own]) => [key, required.has(key) ? own : orNull(own)]);
    return {
      ...typed,
      properties: Object.fromEntries(all),
      required: names,
      additionalProperties: false,
    };
  });
  return isStrict ? strict : undefined;
}

/** Keywords that strict mode takes. It refuses a request for any other, so an unknown one counts as not taken. */
const STRICT: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'anyOf', '$ref', '$defs', 'definitions', 'title', 'description'],
  ...['properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'pattern', 'format'],
]);
/** Keywords that check nothing, which strict mode refuses. */
const NOTES: ReadonlySet<string> = new Set([
  ...['default', 'examples', '$schema', '$comment', 'readOnly', 'writeOnly', 'deprecated'],
]);
/** Formats check nothing either. */
const FORMATS: readonly unknown[] = [
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
];
const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'];

function withoutNotes(schema: JsonSchema): JsonSchema {
  const left = Object.entries(schema).filter(
    ([key, value]) => !NOTES.has(key) && (key !== 'format' || FORMATS.includes(value)),
  );
  return Object.fromEntries(left);
}

function isTaken(schema: JsonSchema): boolean {
  const { $ref: target, type, anyOf, properties = {}, items, pattern } = schema;
  if (target !== undefined) {
    const isAlone = Object.keys(schema).every(key => ['$ref', 'title', 'description'].includes(key));
    return isAlone && typeof target === 'string' && target.startsWith('#');
  }
  const types = [type].flat();
  const isKnown = Array.isArray(anyOf)
    ? type === undefined && anyOf.length > 0 && anyOf.every(isSchema)
    : types.length > 0 && types.every(each => TYPES.includes(each));
  return (
    isKnown &&
    Object.keys(schema).every(key => STRICT.has(key)) &&
    isSchema(properties) &&
    Object.values(properties).every(isSchema) &&
    (items === undefined ? !types.includes('array') : isSchema(items)) &&
    // It knows no look-around.
    !(typeof pattern === 'string' && /\(\?<?[=!]/.test(pattern))
  );
}

/** Strict mode takes no other keyword beside a reference. */
function reference({ $ref: target, ...others }: JsonSchema): JsonSchema {
  return Object.keys(others).length === 0 ? { $ref: target } : { anyOf: [{ $ref: target }], ...others };
}

/** Keywords with one schema, with a list of schemas, and with schemas by name. */
const ONE: readonly string[] = ['items', 'additionalProperties', 'not'];
const LISTS: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const NAMED: readonly string[] = ['properties', '$defs', 'definitions', 'patternProperties'];

/** @param change is given each schema, those inside it changed already */
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

/** An enum or constant names the types of its values, which Picoschema leaves out. */
export function withType(schema: JsonSchema): JsonSchema {
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
