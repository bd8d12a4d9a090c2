/** An error in a schema of front matter. */

/** Keys and indices from the schema to a place in it. */
export type SchemaPath = readonly (string | number)[];

/** Thrown for the first part of a schema that has no meaning. */
export class SchemaFault extends Error {
  override readonly name = 'SchemaFault';
  readonly path: SchemaPath;
  /** True if the key itself is wrong, not its value. */
  readonly isKey: boolean;
  /** The invalid part of the key or value; undefined for all of it. */
  readonly part: { readonly start: number; readonly length: number } | undefined;

  constructor(path: SchemaPath, message: string, isKey = false, part?: SchemaFault['part']) {
    super(message);
    this.path = path;
    this.isKey = isKey;
    this.part = part;
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
