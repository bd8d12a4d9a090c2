/** Checks that the schema of an input is one of an object, since an input is always names with values. */
import { isJsonObject, SchemaFault } from './schema-fault.ts';
import { isScalarName, splitDescription } from './type-names.ts';

/** Returns an error if no input can fit a schema, given as YAML has it; otherwise undefined. */
export function notOfAnObject(schema: unknown): SchemaFault | undefined {
  if (typeof schema === 'string') {
    const [name] = splitDescription(schema);
    return isOther(name) ? new SchemaFault([], NO_OBJECT) : undefined;
  }
  if (!isJsonObject(schema) || !isOther(schema['type'])) return undefined;
  return new SchemaFault(['type'], OTHER_TYPE, true);
}

/** Returns true if a type is not an object; "any" may be one. */
function isOther(type: unknown): boolean {
  return typeof type === 'string' && type !== 'any' && (type === 'array' || isScalarName(type));
}

export const NO_OBJECT = 'The input is an object: declare its variables, one a line, such as "name: string".';
export const OTHER_TYPE =
  'This "type" makes the whole schema a JSON Schema that is not an object. For a variable named "type", add a description: "type: string, what it is for".';
