/** The schemas in a JSON Schema: what is in a place where a schema is expected, or where a `$ref` leads. */
import { isJsonObject, type JsonObject, type SchemaPath } from './schema-fault.ts';

export interface PlacedSchema {
  readonly schema: JsonObject;
  /** From the whole schema. */
  readonly path: SchemaPath;
}

/** Keywords that hold one schema, or a list of schemas. */
const SCHEMAS = [
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'contains'],
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'],
];
/** Keywords that hold a schema for each name. */
const NAMED_SCHEMAS = [
  ...['properties', 'patternProperties', 'dependentSchemas', 'dependencies'],
  ...['$defs', 'definitions'],
];

/** Each once, the whole first. */
export function* schemasIn(root: JsonObject): Generator<PlacedSchema, void, undefined> {
  const seen = new Set<unknown>();
  const waiting: { readonly schema: unknown; readonly path: SchemaPath }[] = [{ schema: root, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { schema, path } = next;
    if (typeof schema !== 'object' || schema === null || seen.has(schema)) continue;
    seen.add(schema);
    if (!isJsonObject(schema)) {
      for (const [index, each] of (schema as readonly unknown[]).entries())
        waiting.push({ schema: each, path: [...path, index] });
      continue;
    }
    yield { schema, path };
    for (const keyword of SCHEMAS) waiting.push({ schema: schema[keyword], path: [...path, keyword] });
    for (const keyword of NAMED_SCHEMAS)
      if (isJsonObject(schema[keyword]))
        for (const [name, each] of Object.entries(schema[keyword]))
          waiting.push({ schema: each, path: [...path, keyword, name] });
    const target = referred(root, schema['$ref']);
    if (target !== undefined) waiting.push(target);
  }
}

/** Where a reference into the same schema leads, by pointer or by anchor; undefined for others. */
export function referred(
  root: JsonObject,
  reference: unknown,
): { readonly schema: unknown; readonly path: SchemaPath } | undefined {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined;
  const fragment = reference.slice(1);
  if (fragment !== '' && !fragment.startsWith('/'))
    return anchorsOf(root).get(decoded(fragment)) ?? { schema: undefined, path: [] };
  const path = fragment
    .split('/')
    .slice(1)
    .map(part => decoded(part).replaceAll('~1', '/').replaceAll('~0', '~'));
  let schema: unknown = root;
  for (const key of path)
    schema =
      typeof schema === 'object' && schema !== null && Object.hasOwn(schema, key)
        ? (schema as JsonObject)[key]
        : undefined;
  return { schema, path };
}

const anchors = new WeakMap<JsonObject, ReadonlyMap<string, PlacedSchema>>();

/** What `$anchor` names, or `$id` as in draft 7: the first of each name. */
function anchorsOf(root: JsonObject): ReadonlyMap<string, PlacedSchema> {
  const known = anchors.get(root);
  if (known !== undefined) return known;
  const found = new Map<string, PlacedSchema>();
  const seen = new Set<unknown>();
  const waiting: { readonly schema: unknown; readonly path: SchemaPath }[] = [{ schema: root, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { schema, path } = next;
    if (typeof schema !== 'object' || schema === null || seen.has(schema)) continue;
    seen.add(schema);
    if (isJsonObject(schema)) {
      const { $anchor, $id } = schema;
      const name = typeof $id === 'string' && $id.startsWith('#') ? $id.slice(1) : $anchor;
      if (typeof name === 'string' && !found.has(name)) found.set(name, { schema, path });
    }
    for (const [key, each] of Object.entries(schema).reverse())
      waiting.push({ schema: each, path: [...path, Array.isArray(schema) ? Number(key) : key] });
  }
  anchors.set(root, found);
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a "%" that stands for itself
  }
}
