/** Reads a prompt's schema of its input or output: Picoschema or JSON Schema, distinguished as in Dotprompt. */
import { placeInText } from '../../core/place-in-yaml.ts';
import { NO_OBJECT, notOfAnObject, OTHER_TYPE } from '../../core/schema/input-type.ts';
import { NO_SCHEMA } from '../../core/schema/type-faults.ts';
import { isSchemaName, splitDescription } from '../../core/schema/type-names.ts';
import type { PlacedValue } from '../../core/yaml-places.ts';
import { JsonSchemaReader, part } from './json-schema-types.ts';
import { type Find, isScalarName, PicoschemaReader } from './picoschema.ts';
import { ANY, type ValueType } from './value-type.ts';

export interface SchemaFacts {
  readonly type: ValueType;
  /** True if it allows names that it does not list. */
  readonly isOpen: boolean;
  /** The name of a schema that only the application knows. */
  readonly name?: string;
}

/** Returns true if Dotprompt reads a mapping as JSON Schema: because of its `type`, or because it has `properties`. */
export function isJsonSchema(schema: PlacedValue): boolean {
  const type = part(schema, 'type')?.value;
  if (typeof type === 'string' && (isScalarName(type) || type === 'object' || type === 'array')) return true;
  const properties = part(schema, 'properties');
  // Null and lists count too, as for `typeof`.
  return properties !== undefined && typeof properties.value === 'object';
}

/** Undefined if there is no schema. Only an output's schema may describe something other than an object. */
export function readSchema(schema: PlacedValue, of: 'input' | 'output', find: Find): SchemaFacts | undefined {
  if (schema.kind === 'nothing' || schema.value === null) return undefined;
  if (schema.kind !== 'mapping') return readUnnamed(schema, of, find);
  const read = isJsonSchema(schema) ? readJsonSchema(schema, find) : readPicoschema(schema, find);
  if (of === 'output' || read.type.kind === 'object') return read;
  const { key, keySpan } = schema.pairs.findLast(pair => pair.key === 'type') ?? {};
  find({
    code: notOfAnObject(schema.value) === undefined ? 'json-schema' : 'picoschema',
    span: keySpan ?? schema.span,
    message: key === undefined ? 'The input is an object: declare its variables by name.' : OTHER_TYPE,
  });
  return { type: ANY, isOpen: true };
}

function readJsonSchema(schema: PlacedValue, find: Find): SchemaFacts {
  const reader = new JsonSchemaReader(schema, find);
  const named = part(schema, 'type')?.value;
  // With `properties`, Dotprompt treats any other type as "object".
  const isOther = typeof named === 'string' && (isScalarName(named) || named === 'array');
  const type = isOther ? reader.read(schema) : reader.object(schema);
  const others = part(schema, 'additionalProperties');
  return { type, isOpen: others !== undefined && others.value !== false };
}

function readPicoschema(schema: PlacedValue, find: Find): SchemaFacts {
  const type = new PicoschemaReader(find).properties(schema);
  return { type, isOpen: type.others !== undefined };
}

/** Reads a schema that is not a mapping: the name of a type, or of a schema that the application defines. */
function readUnnamed(schema: PlacedValue, of: 'input' | 'output', find: Find): SchemaFacts {
  const reader = new PicoschemaReader(find);
  if (typeof schema.value === 'string') {
    const [name] = splitDescription(schema.value);
    if (isSchemaName(name, true))
      return { type: reader.named(placeInText(schema, 0, name.length), name), isOpen: true, name };
    const { type } = reader.scalar(schema, schema.value, true);
    if (of === 'output') return { type, isOpen: false };
    const code = notOfAnObject(schema.value) === undefined ? 'front-matter-type' : 'picoschema';
    if (isScalarName(name)) find({ code, span: schema.span, message: NO_OBJECT });
    return { type: ANY, isOpen: true };
  }
  find({ code: 'picoschema', span: schema.span, message: NO_SCHEMA });
  return { type: ANY, isOpen: true };
}
