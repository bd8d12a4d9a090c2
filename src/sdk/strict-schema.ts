/** Converts JSON Schema to what OpenAI's strict mode supports. */
import type { JsonSchema } from './adapt.ts';
import { isSchema, rewritten, withType } from './closed-schema.ts';

/**
 * Makes each object require all its keys and forbid others, lets optional ones be null instead, and adds missing types.
 * @returns undefined if strict mode cannot express the schema, such as an object that allows other keys
 */
export function strictSchema(schema: JsonSchema): JsonSchema | undefined {
  // Strict mode does not support alternatives at the root.
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

/** Keywords that strict mode supports. It rejects requests with others, so an unknown one counts as unsupported. */
const STRICT: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'anyOf', '$ref', '$defs', 'definitions', 'title', 'description'],
  ...['properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'pattern', 'format'],
]);
/** Annotations: they validate nothing, and strict mode rejects them. */
const NOTES: ReadonlySet<string> = new Set([
  ...['default', 'examples', '$schema', '$comment', 'readOnly', 'writeOnly', 'deprecated'],
]);
/** Formats that strict mode supports. Others are left out, because formats validate nothing either. */
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
    // Strict mode does not support lookaround.
    !(typeof pattern === 'string' && /\(\?<?[=!]/.test(pattern))
  );
}

/** Strict mode allows no other keyword beside a reference. */
function reference({ $ref: target, ...others }: JsonSchema): JsonSchema {
  return Object.keys(others).length === 0 ? { $ref: target } : { anyOf: [{ $ref: target }], ...others };
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
