/** Reads JSON files that people edit and git merges, with the position of every error. */
import { isAscii } from 'node:buffer';
import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { wordsOfJsonError } from '../core/json-words.ts';
import { redactKeys } from '../core/key.ts';

/** A range of offsets in the text: 0-based, in UTF-16 code units, end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface TextProblem {
  readonly message: string;
  readonly range: TextRange;
}

export interface JsonText {
  /** The result of JSON.parse. */
  readonly value: unknown;
  /** The range of the value (or, with `key`, of its name), or of the nearest enclosing value if it does not exist. */
  rangeOf(path: readonly (string | number)[], what?: 'value' | 'key'): TextRange;
}

/** Deeper than any file of ours; limited because parsing into a tree recurses for each level. */
const MAX_DEPTH = 200;
/** Maximum length of a name in a message. */
const MAX_SHOWN = 60;

/** The message for a file with git's conflict markers. */
export const CONFLICT = 'A merge conflict starts here. Resolve it in the editor or with git, then try again.';

export const NOT_UTF_8 = 'The file is not UTF-8. Save it with the encoding UTF-8.';

/** The text without a byte order mark; undefined if the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  // Nearly all texts are ASCII, which is decoded ten times as fast this way.
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads strict JSON (RFC 8259) without merge conflicts and duplicate names in an object. Never throws. */
export function readJsonText(
  text: string,
): { readonly json: JsonText } | { readonly problem: TextProblem & { readonly isSyntax: boolean } } {
  const refused = (message: string, range: TextRange, isSyntax = true) => ({
    problem: { message, range, isSyntax },
  });
  const conflict = /^(?:<{7}|={7}|>{7})(?: .*)?$/m.exec(text);
  if (conflict !== null)
    return refused(CONFLICT, { start: conflict.index, end: conflict.index + conflict[0].length }, false);
  if (text.trim() === '') return refused('The file is empty.', { start: 0, end: text.length });
  const deep = placeTooDeep(text);
  if (deep !== undefined)
    return refused('Invalid JSON. This nests too deep. Use fewer levels.', { start: deep, end: deep + 1 });
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined)
    return refused(`Invalid JSON. ${wordsOfJsonError(first, text)}`, {
      start: first.offset,
      end: first.offset + first.length,
    });
  if (tree === undefined) return refused('The file is empty.', { start: 0, end: text.length });
  const twice = firstDuplicate(tree);
  if (twice !== undefined) {
    const name = redactKeys(String(twice.value)).slice(0, MAX_SHOWN);
    return refused(`"${name}" is already defined. Keep one of them.`, rangeOf(twice), false);
  }
  const json: JsonText = {
    value: JSON.parse(text),
    rangeOf(path, what = 'value') {
      const node = findNodeAtLocation(tree, [...path]);
      const at = what === 'key' ? node?.parent?.children?.[0] : node;
      if (at !== undefined) return rangeOf(at);
      return path.length === 0 ? rangeOf(tree) : json.rangeOf(path.slice(0, -1));
    },
  };
  return { json };
}

/** The offset at which brackets nest too deeply, counting those in strings. */
function placeTooDeep(text: string): number | undefined {
  let depth = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[{\]}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > MAX_DEPTH) return index;
  }
  return undefined;
}

function rangeOf({ offset, length }: Node): TextRange {
  return { start: offset, end: offset + length };
}

function firstDuplicate(node: Node): Node | undefined {
  if (node.type === 'object') {
    const seen = new Set<unknown>();
    for (const { children: [name] = [] } of node.children ?? []) {
      if (name !== undefined && seen.has(name.value)) return name;
      seen.add(name?.value);
    }
  }
  for (const child of node.children ?? []) {
    const found = firstDuplicate(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
