/** Parses JSON input for a prompt and validates it against the prompt's declarations. */
import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { keepsDigits, OTHER_DIGITS } from '../../core/exact-numbers.ts';
import { HALF_CHARACTER, hasHalfCharacter } from '../../core/half-characters.ts';
import { wordsOfJsonError } from '../../core/json-words.ts';
import { givenTwice, repeatedNameIn } from '../../core/repeated-names.ts';
import type { Declared } from '../../language/types/value-type.ts';
import { isObject, misfits, wordsOfPath } from '../../language/types/values.ts';
import type { Input } from './form.ts';
import type { JsonVerdict } from './messages.ts';

export interface ReadInput extends JsonVerdict {
  /** Undefined if there is a `problem`. */
  readonly input?: Input;
}

/** Parses `text` as an object of variables; places are given as line and column. */
export function readJsonInput(text: string, fields: readonly Declared[]): ReadInput {
  const at = (offset: number): string => {
    const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
    return `Line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
  };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined || tree === undefined)
    return { problem: `${at(first?.offset ?? 0)}: ${wordsOfError(first, text)}`, misfits: [] };
  const value: unknown = JSON.parse(text);
  const unkept = firstUnkept(tree, text);
  const twice = repeatedNameIn(text);
  if (twice !== undefined) return { problem: givenTwice(twice), misfits: [] };
  if (unkept !== undefined) return { problem: `${at(unkept.node.offset)}: ${unkept.message}`, misfits: [] };
  if (!isObject(value))
    return {
      problem: 'The input must be an object with the variables by name, such as {"name": "Ada"}.',
      misfits: [],
    };
  const type = { kind: 'object', properties: fields, others: undefined } as const;
  // Missing values are marked in the preview itself.
  const wrong = misfits(value, type).filter(({ problem }) => problem !== 'missing');
  return {
    input: value,
    misfits: wrong.map(({ path, message }) => {
      const node = findNodeAtLocation(tree, [...path]);
      const where = node === undefined ? '' : `${at(node.offset)}, `;
      return `${where}${wordsOfPath(path)}: ${message}.`;
    }),
  };
}

/** The first value or name that would not be written unchanged. */
function firstUnkept(
  tree: Node,
  text: string,
): { readonly node: Node; readonly message: string } | undefined {
  if (tree.type === 'number') {
    const written = text.slice(tree.offset, tree.offset + tree.length);
    return keepsDigits(written, Number(written)) ? undefined : { node: tree, message: OTHER_DIGITS };
  }
  if (tree.type === 'string' && hasHalfCharacter(tree.value)) return { node: tree, message: HALF_CHARACTER };
  for (const child of tree.children ?? []) {
    const found = firstUnkept(child, text);
    if (found !== undefined) return found;
  }
  return undefined;
}

function wordsOfError(error: ParseError | undefined, text: string): string {
  if (error === undefined) return 'The input is empty. Enter an object such as {"name": "Ada"}.';
  return `Invalid JSON. ${wordsOfJsonError(error, text)}`;
}
