/**
 * Converts Picoschema (github.com/google/dotprompt) to JSON Schema. JSON Schema is unchanged, and names of schemas that
 * only the application knows become `{"$ref": "Order"}`.
 */
import { isJsonObject, type JsonObject, SchemaFault, type SchemaPath } from './schema-fault.ts';
import {
  LIST,
  NO_CHOICE,
  NO_PROPERTIES,
  NO_SCHEMA,
  NO_TYPE,
  NO_VALUE,
  wrongContainer,
  wrongScalar,
} from './type-faults.ts';
import { isScalarName, splitDescription, validatePropertyName } from './type-names.ts';

/**
 * @param schema from YAML
 * @param isLenient true to accept everything that Dotprompt's own reader accepts: for versions published before the
 * stricter checks
 * @returns JSON Schema; null if there is no schema
 * @throws SchemaFault if it is neither
 */
export function expandSchema(schema: unknown, isLenient = false): JsonObject | null {
  return new SchemaExpander(isLenient).whole(schema);
}

/** The key for the schema of properties that are not named. */
const WILDCARD = '(*)';

class SchemaExpander {
  readonly #isLenient: boolean;

  constructor(isLenient: boolean) {
    this.#isLenient = isLenient;
  }

  whole(schema: unknown): JsonObject | null {
    if (schema === null || schema === undefined || (this.#isLenient && !schema)) return null;
    if (typeof schema === 'string') return scalar(schema, [], true);
    if (!isJsonObject(schema)) {
      if (this.#isLenient && Array.isArray(schema)) return this.#object(schema as unknown as JsonObject, []);
      throw new SchemaFault([], NO_SCHEMA);
    }
    const { type, properties } = schema;
    if (typeof type === 'string' && (isScalarName(type) || type === 'object' || type === 'array'))
      return schema;
    // Null and lists count too, as for `typeof`.
    if (typeof properties === 'object') return { ...schema, type: 'object' };
    return this.#object(schema, []);
  }
  #value(schema: unknown, path: SchemaPath): JsonObject {
    if (typeof schema === 'string') return scalar(schema, path, false);
    if (isJsonObject(schema)) return this.#object(schema, path);
    if (this.#isLenient && typeof schema === 'object')
      return this.#object((schema ?? {}) as JsonObject, path);
    if (schema === null || schema === undefined) throw new SchemaFault(path, NO_VALUE);
    throw new SchemaFault(path, Array.isArray(schema) ? LIST : NO_TYPE);
  }

  #object(schema: JsonObject, path: SchemaPath): JsonObject {
    const properties: Record<string, JsonObject> = {};
    const required: string[] = [];
    let additionalProperties: JsonObject | false = false;
    for (const [key, own] of Object.entries(schema)) {
      const at = [...path, key];
      if (key === WILDCARD) {
        additionalProperties = this.#value(own, at);
        continue;
      }
      const open = key.indexOf('(');
      const marked = open < 0 ? key : key.slice(0, open);
      const isOptional = marked.endsWith('?');
      const name = isOptional ? marked.slice(0, -1) : marked;
      if (!this.#isLenient) checkName(name, key, at);
      if (!this.#isLenient && Object.hasOwn(properties, name))
        throw new SchemaFault(at, `"${name}" is declared a second time: remove or rename one.`, true);
      if (!isOptional) required.push(name);
      properties[name] =
        open < 0 ? optional(this.#value(own, at), isOptional) : this.#contained(key, own, at, isOptional);
    }
    return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties };
  }

  /** `name(array, what it is for): …` */
  #contained(key: string, own: unknown, path: SchemaPath, isOptional: boolean): JsonObject {
    const open = key.indexOf('(');
    const inside = key.slice(open + 1);
    if (!inside.endsWith(')')) {
      const message = inside.endsWith(')?')
        ? 'Write the "?" before the parenthesis: "name?(…)".'
        : 'The parenthesis is not closed: write "name(type, description):".';
      throw new SchemaFault(path, message, true);
    }
    const [kind, description] = splitDescription(inside.slice(0, -1));
    const described = description ? { description } : {};
    switch (kind) {
      case 'array':
        return {
          type: isOptional ? ['array', 'null'] : 'array',
          items: this.#value(own, path),
          ...described,
        };
      case 'object':
        if (this.#isLenient) return { ...optional(this.#value(own, path), isOptional), ...described };
        if (!isJsonObject(own)) throw new SchemaFault(path, NO_PROPERTIES);
        return { ...optional(this.#object(own, path), isOptional), ...described };
      case 'enum':
        if (!this.#isLenient && (!Array.isArray(own) || own.length === 0))
          throw new SchemaFault(path, NO_CHOICE);
        return {
          enum: isOptional && Array.isArray(own) && !own.includes(null) ? [...own, null] : own,
          ...described,
        };
      default: {
        const { message, length = 0 } = wrongContainer(kind, key.slice(0, open)) ?? { message: NO_TYPE };
        throw new SchemaFault(path, message, true, { start: open + 1, length });
      }
    }
  }
}

/** Returns true if it is the name of a schema that only the application knows. */
export function isNamedSchema(schema: JsonObject | null | undefined): boolean {
  const reference = schema?.['$ref'];
  return typeof reference === 'string' && !reference.startsWith('#');
}

/** @param isWhole whether it is the whole schema: then "any" is a type like the others, as in Dotprompt */
function scalar(text: string, path: SchemaPath, isWhole: boolean): JsonObject {
  const [name, description] = splitDescription(text);
  const described = description ? { description } : {};
  if (isScalarName(name)) return name === 'any' && !isWhole ? described : { type: name, ...described };
  const fault = wrongScalar(text, isWhole);
  if (fault === undefined) return { $ref: name, ...described };
  const { message, length } = fault;
  throw new SchemaFault(path, message, false, length === undefined ? undefined : { start: 0, length });
}

function checkName(name: string, key: string, path: SchemaPath): void {
  const message = validatePropertyName(name, key);
  if (message !== undefined) throw new SchemaFault(path, message, true);
}

function optional(schema: JsonObject, isOptional: boolean): JsonObject {
  return isOptional && typeof schema['type'] === 'string'
    ? { ...schema, type: [schema['type'], 'null'] }
    : schema;
}
