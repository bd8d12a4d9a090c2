/**
 * Finds references within a schema that make validation impossible: to a missing schema, or in a circle that never
 * descends into the value. They are errors before publication.
 */
import { clip } from '../clip.ts';
import { isJsonObject, type JsonObject, SchemaFault, type SchemaPath } from './schema-fault.ts';
import { referred, schemasIn } from './schemas-in.ts';

const CIRCULAR =
  'This reference refers to itself, so no value could be checked. Let it refer to a property or an item, or remove it.';
/** The maximum number of references that one check follows: each takes some of the engine's stack. */
const MAX_DEPTH = 300;

/** All references that lead nowhere, or else one that closes a circle. */
export function referenceFaults(root: JsonObject): readonly SchemaFault[] {
  const broken = brokenReferences(root);
  if (broken.length > 0) return broken;
  const circular = circularReference(root);
  return circular === undefined ? [] : [circular];
}

function brokenReferences(root: JsonObject): readonly SchemaFault[] {
  const faults: SchemaFault[] = [];
  for (const { schema, path } of schemasIn(root)) {
    const { $ref: reference } = schema;
    const target = referred(root, reference)?.schema;
    if (typeof reference !== 'string' || !reference.startsWith('#')) continue;
    if (!isJsonObject(target) && typeof target !== 'boolean')
      faults.push(new SchemaFault([...path, '$ref'], leadsNowhere(reference)));
  }
  return faults;
}

function leadsNowhere(reference: string): string {
  return `This reference leads to no schema of the file: add "${clip(reference, 80)}", or correct it.`;
}

function circularReference(root: JsonObject): SchemaFault | undefined {
  const done = new Set<unknown>();
  for (const { schema, path } of schemasIn(root)) {
    const found = circleFrom({ root, around: new Set(), done }, schema, path, undefined);
    if (found !== undefined) return new SchemaFault(found, CIRCULAR);
  }
  return undefined;
}

interface Walk {
  readonly root: JsonObject;
  readonly around: Set<unknown>;
  readonly done: Set<unknown>;
}

/** @param reference the last reference that led here */
function circleFrom(
  walk: Walk,
  schema: unknown,
  path: SchemaPath,
  reference: SchemaPath | undefined,
): SchemaPath | undefined {
  const { root, around, done } = walk;
  if (!isJsonObject(schema) || done.has(schema)) return undefined;
  if (around.has(schema) || around.size > MAX_DEPTH) return reference;
  around.add(schema);
  const target = referred(root, schema['$ref']);
  let found = target && circleFrom(walk, target.schema, target.path, [...path, '$ref']);
  for (const next of alternatives(schema, path))
    found ??= circleFrom(walk, next.schema, next.path, reference);
  around.delete(schema);
  done.add(schema);
  return found;
}

/** Keywords that apply to the same value as the enclosing schema. */
function* alternatives(
  schema: JsonObject,
  path: SchemaPath,
): Generator<{ readonly schema: unknown; readonly path: SchemaPath }, void, undefined> {
  for (const keyword of ['not', 'if', 'then', 'else'])
    yield { schema: schema[keyword], path: [...path, keyword] };
  for (const keyword of ['allOf', 'anyOf', 'oneOf', 'dependentSchemas', 'dependencies']) {
    const held = schema[keyword];
    if (typeof held !== 'object' || held === null) continue;
    for (const [key, each] of Object.entries(held)) yield { schema: each, path: [...path, keyword, key] };
  }
}
