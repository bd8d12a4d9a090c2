/** Messages for errors in Picoschema types, shared by publishing and the editor. */
import { nearest } from '../near.ts';
import { CONTAINER_NAMES, isScalarName, isSchemaName, SCALAR_NAMES, splitDescription } from './type-names.ts';

export interface TypeFault {
  readonly message: string;
  /** The number of characters from the start of the type's text that are wrong; default: all. */
  readonly length?: number;
  /** The suggestion. */
  readonly near?: string;
}

const SCALARS = listOf(SCALAR_NAMES);
const CONTAINERS = listOf(CONTAINER_NAMES);

export const NO_SCHEMA = 'A schema is a type, such as "string", or the properties of an object, one a line.';
export const NO_TYPE = `This is not a type. Write one of ${SCALARS}.`;
export const NO_VALUE = `A type is missing. Write one of ${SCALARS}, or properties below; "null" needs its quotes.`;
export const LIST =
  'A list is not a type. Write "name(array): string" for a list, "name(enum): [a, b]" for a choice.';
export const NO_PROPERTIES = 'Write the properties of an object on the lines below its name, indented.';
export const NO_CHOICE = 'A choice is a list with at least one value. Write "name(enum): [a, b]".';

/** Why `string, what it is for` is not a type; undefined if it is, or is the name of a schema of the application. */
export function wrongScalar(text: string, isWhole: boolean): TypeFault | undefined {
  const [name] = splitDescription(text);
  if (isScalarName(name) || isSchemaName(name, isWhole)) return undefined;
  const { length } = name;
  if (/[\r\n]/.test(name))
    return {
      message:
        'Write a type and its description on one line. Write long ones below ">-" instead of ">" or "|".',
    };
  const trimmed = name.trim();
  if (trimmed !== name && (isScalarName(trimmed) || isSchemaName(trimmed, isWhole)))
    return { message: `Write ${shown(trimmed)} without a space before the comma.`, length, near: trimmed };
  if ((CONTAINER_NAMES as readonly string[]).includes(name))
    return { message: `Write "${name}" in parentheses after the name: "name(${name}): …".`, length };
  const near = nearest(trimmed, SCALAR_NAMES);
  const told = `There is no type ${shown(trimmed)}.`;
  return near === undefined
    ? { message: `${told} Write one of ${SCALARS}.`, length }
    : { message: `${told} Did you mean "${near}"?`, length, near };
}

/**
 * Returns an error if the parentheses of `name(array, what it is for)` name no container; otherwise undefined.
 * @param marked the text before them
 */
export function wrongContainer(kind: string, marked: string): TypeFault | undefined {
  if ((CONTAINER_NAMES as readonly string[]).includes(kind)) return undefined;
  const { length } = kind;
  if (isScalarName(kind))
    return { message: `Write "${kind}" after the colon: "${marked}: ${kind}".`, length };
  const near = nearest(kind, CONTAINER_NAMES);
  const told = `Unknown in parentheses: ${shown(kind)}.`;
  return near === undefined
    ? { message: `${told} Write one of ${CONTAINERS} in the parentheses.`, length }
    : { message: `${told} Did you mean "${near}"?`, length, near };
}

/** Does not repeat a long name, which is probably not a name and may be confidential. */
function shown(name: string): string {
  return name.length > 20 ? 'of this name' : `"${name}"`;
}

function listOf(names: readonly string[]): string {
  const quoted = names.map(name => `"${name}"`);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
