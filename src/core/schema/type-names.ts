/** The names that represent types in Picoschema, and those that represent schemas of the application. */

/** The text after the colon. */
export const SCALAR_NAMES = ['string', 'number', 'integer', 'boolean', 'null', 'any'] as const;
/** The text in parentheses after the name. */
export const CONTAINER_NAMES = ['array', 'object', 'enum'] as const;

const SCALARS: ReadonlySet<string> = new Set(SCALAR_NAMES);
const KNOWN: ReadonlySet<string> = new Set([...SCALAR_NAMES, ...CONTAINER_NAMES]);
const NAME = /^[A-Za-z_][\w.$/-]{0,99}$/;

export function isScalarName(name: string): name is (typeof SCALAR_NAMES)[number] {
  return SCALARS.has(name);
}

/**
 * Returns true if a name that is not a type may name a schema that the application defines, as in Genkit. A whole
 * schema may have any name; elsewhere the name must begin with a capital letter, so that mistyped types are reported.
 */
export function isSchemaName(name: string, isWhole: boolean): boolean {
  if (!NAME.test(name) || KNOWN.has(name.toLowerCase())) return false;
  return isWhole || /[A-Z]/.test(name);
}

/** Splits `type, description` like Dotprompt: at the first comma, both on one line. */
export function splitDescription(text: string): readonly [type: string, description: string | undefined] {
  const match = /(.*?), *(.*)$/.exec(text);
  return match === null ? [text, undefined] : [match[1] as string, match[2]];
}

const NO_REFERENCE =
  'Picoschema has no "$ref": write the name of the schema alone, as in "order: Order". For JSON Schema, add "type: object" beside it.';

/**
 * Why Picoschema cannot have a property of this name, as one sentence or two; undefined when it can.
 * @param key the key that contains the name: `name?(type, description)`
 */
export function validatePropertyName(name: string, key: string): string | undefined {
  if (name === '')
    return key.startsWith('(')
      ? 'Write a name before the parenthesis. For properties of any name write "(*)".'
      : 'A name is missing before the colon.';
  if (name !== name.trim() || /\s\?/.test(key))
    return `Remove the space before or after the name: write "${key.replaceAll(/\s*([?(])/g, '$1').trim()}".`;
  if (/[\r\n]/.test(key)) return 'Write a name and its parentheses on one line.';
  if (name === '$ref') return NO_REFERENCE;
  return name === '__proto__' ? '"__proto__" cannot be a name: rename it.' : undefined;
}
