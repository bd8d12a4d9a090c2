/**
 * Picoschema (github.com/google/dotprompt) as JSON Schema. What is JSON Schema already stays as it is, and so do the
 * names of schemas that only the application knows: as `{"$ref": "Order"}`.
 */
import { isJsonObject, type JsonObject, SchemaFault, type SchemaPath } from './schema-fault.ts';
import { isScalarName, isSchemaName, splitDescription, whyNotPropertyName } from './type-names.ts';

/**
 * @param schema as YAML gives it
 * @param isLenient whether to take whatever Dotprompt's own reader takes: for what was published before it was refused
 * @returns JSON Schema; null where there is no schema
 * @throws SchemaFault for what is neither
 */
export function expandSchema(schema: unknown, isLenient = false): JsonObject | null {
  return new SchemaExpander(isLenient).whole(schema);
}

/** As a key: what properties have that are not named. */
const WILDCARD = '(*)';

class SchemaExpander {
  readonly #isLenient: boolean;

  constructor(isLenient: boolean) {
    this.#isLenient = isLenient;
  }

  whole(schema: unknown): JsonObject | null {
    if (!schema) return null;
    if (typeof schema === 'string') return scalar(schema, [], true);
    if (!isJsonObject(schema)) {
      if (this.#isLenient && Array.isArray(schema)) return this.#object(schema as unknown as JsonObject, []);
      throw new SchemaFault(
        [],
        'A schema is a type, such as "string", or the properties of an object, one a line.',
      );
    }
    const { type, properties } = schema;
    if (typeof type === 'string' && (isScalarName(type) || type === 'object' || type === 'array'))
      return schema;
    // As `typeof … === 'object'` has it: nothing and lists too.
    if (typeof properties === 'object') return { ...schema, type: 'object' };
    return this.#object(schema, []);
  }
  #value(schema: unknown, path: SchemaPath): JsonObject {
    if (typeof schema === 'string') return scalar(schema, path, false);
    if (isJsonObject(schema)) return this.#object(schema, path);
    if (this.#isLenient && typeof schema === 'object')
      return this.#object((schema ?? {}) as JsonObject, path);
    if (schema === null || schema === undefined)
      throw new SchemaFault(path, 'A type is missing. Write one, such as "string", or properties below.');
    if (Array.isArray(schema))
      throw new SchemaFault(
        path,
        'A list is no type. Write "name(array): string" for a list, "name(enum): [a, b]" for a choice.',
      );
    throw new SchemaFault(path, 'This is no type. Write one, such as "string".');
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
        open < 0
          ? optional(this.#value(own, at), isOptional)
          : this.#contained(key.slice(open + 1), own, at, isOptional);
    }
    return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties };
  }

  /** `name(array, what it is for): …` @param inside all after the opening parenthesis */
  #contained(inside: string, own: unknown, path: SchemaPath, isOptional: boolean): JsonObject {
    if (!inside.endsWith(')')) {
      const message = inside.endsWith(')?')
        ? 'The "?" stands before the parenthesis: "name?(…)".'
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
        if (!isJsonObject(own))
          throw new SchemaFault(
            path,
            'The properties of an object stand on the lines below its name, indented.',
          );
        return { ...optional(this.#object(own, path), isOptional), ...described };
      case 'enum':
        if (!this.#isLenient && (!Array.isArray(own) || own.length === 0))
          throw new SchemaFault(
            path,
            'A choice is a list with at least one value. Write "name(enum): [a, b]".',
          );
        return {
          enum: isOptional && Array.isArray(own) && !own.includes(null) ? [...own, null] : own,
          ...described,
        };
      default:
        throw new SchemaFault(
          path,
          `Only "array", "object" and "enum" stand in parentheses after a name, not ${kind.length > 20 ? 'this' : `"${kind}"`}. Other types stand after the colon.`,
          true,
        );
    }
  }
}

/** Whether it is the name of a schema that only the application knows. */
export function isNamedSchema(schema: JsonObject | null | undefined): boolean {
  const reference = schema?.['$ref'];
  return typeof reference === 'string' && !reference.startsWith('#');
}

/** @param isWhole whether it is all of the schema: then "any" is a type like the others, as in Dotprompt */
function scalar(text: string, path: SchemaPath, isWhole: boolean): JsonObject {
  const [name, description] = splitDescription(text);
  const described = description ? { description } : {};
  if (isScalarName(name)) return name === 'any' && !isWhole ? described : { type: name, ...described };
  if (isSchemaName(name, isWhole)) return { $ref: name, ...described };
  // A long name is no name, and might be what should not be repeated.
  const shown = name.length > 20 ? 'of this name' : `"${name}"`;
  throw new SchemaFault(
    path,
    `There is no type ${shown}. Write one of "string", "number", "integer", "boolean", "null" or "any".`,
  );
}

function checkName(name: string, key: string, path: SchemaPath): void {
  const message = whyNotPropertyName(name, key);
  if (message !== undefined) throw new SchemaFault(path, message, true);
}

function optional(schema: JsonObject, isOptional: boolean): JsonObject {
  return isOptional && typeof schema['type'] === 'string'
    ? { ...schema, type: [schema['type'], 'null'] }
    : schema;
}
