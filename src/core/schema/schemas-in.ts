/** Enumerates the schemas in a JSON Schema: where a schema is expected, and where a `$ref` points. */
import { isJsonObject, type JsonObject, type SchemaPath } from './schema-fault.ts';

export interface PlacedSchema {
  readonly schema: JsonObject;
  /** The path from the whole schema. */
  readonly path: SchemaPath;
}

/** Keywords with one schema, or a list of schemas. */
const SCHEMAS = [
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'contains'],
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'],
];
/** Keywords with a schema for each name. */
const NAMED_SCHEMAS = [
  ...['properties', 'patternProperties', 'dependentSchemas', 'dependencies'],
  ...['$defs', 'definitions'],
];

interface PlacedValue {
  readonly schema: unknown;
  readonly path: SchemaPath;
}

/** Yields each schema once, the whole first. */
export function schemasIn(root: JsonObject): Generator<PlacedSchema, void, undefined> {
  return objectsIn(root, ({ schema, path }) => {
    const target = referred(root, schema['$ref']);
    return [
      ...SCHEMAS.map(keyword => ({ schema: schema[keyword], path: [...path, keyword] })),
      ...NAMED_SCHEMAS.flatMap(keyword =>
        isJsonObject(schema[keyword]) ? valuesIn(schema[keyword], [...path, keyword]) : [],
      ),
      ...(target === undefined ? [] : [target]),
    ];
  });
}

/** Yields each object once, in source order. `within` returns the values in an object; lists are searched too. */
function* objectsIn(
  root: JsonObject,
  within: (object: PlacedSchema) => readonly PlacedValue[],
): Generator<PlacedSchema, void, undefined> {
  const seen = new Set<unknown>();
  const waiting: PlacedValue[] = [{ schema: root, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { schema, path } = next;
    if (typeof schema !== 'object' || schema === null || seen.has(schema)) continue;
    seen.add(schema);
    let inside: readonly PlacedValue[];
    if (isJsonObject(schema)) {
      yield { schema, path };
      inside = within({ schema, path });
    } else inside = (schema as readonly unknown[]).map((each, at) => ({ schema: each, path: [...path, at] }));
    // The last one added is visited next, so the first is added last.
    for (const each of inside.toReversed()) waiting.push(each);
  }
}

function valuesIn(object: JsonObject, path: SchemaPath): PlacedValue[] {
  return Object.entries(object).map(([name, schema]) => ({ schema, path: [...path, name] }));
}

/** Resolves a reference within the same schema, by pointer or by anchor; undefined for others. */
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

/** The schemas with an `$anchor`, or an `$id` as in draft 7: the first of each name. */
function anchorsOf(root: JsonObject): ReadonlyMap<string, PlacedSchema> {
  const known = anchors.get(root);
  if (known !== undefined) return known;
  const found = new Map<string, PlacedSchema>();
  for (const placed of objectsIn(root, ({ schema, path }) => valuesIn(schema, path))) {
    const { $anchor, $id } = placed.schema;
    const name = typeof $id === 'string' && $id.startsWith('#') ? $id.slice(1) : $anchor;
    if (typeof name === 'string' && !found.has(name)) found.set(name, placed);
  }
  anchors.set(root, found);
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a literal "%"
  }
}
