/** JSON files that people edit and git merges: read with the line and column of whatever is wrong in them. */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { positionAt } from '../core/source.ts';
import { type Place, WorkspaceError, type WorkspaceReason } from './workspace-error.ts';

export interface JsonFile {
  /** As JSON.parse gives it. */
  readonly value: unknown;
  /** Where the value (or, with `key`, its name) stands; the beginning when there is none there. */
  placeOf(path: readonly (string | number)[], what?: 'value' | 'key'): Place;
}

/**
 * Strict JSON (RFC 8259), without merge conflicts and with no name twice in one object.
 * @throws WorkspaceError `reason`, at the place
 */
export function parseJsonFile(
  bytes: Uint8Array,
  file: string,
  reason: WorkspaceReason,
  shownAs = file,
): JsonFile {
  const refuse = (message: string, place?: Place) =>
    new WorkspaceError(reason, file, message, { place, shownAs });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('The file is not UTF-8. Save it with the encoding UTF-8.');
  }
  const conflict = /^(?:<{7}|={7}|>{7})(?: |$)/m.exec(text);
  if (conflict !== null)
    throw refuse(
      'A merge conflict stands here. Resolve it in the editor or with git, then try again.',
      positionAt(text, conflict.index),
    );
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined)
    throw refuse(`This is not JSON: ${sentence(first)}.`, positionAt(text, first.offset));
  if (tree === undefined) throw refuse('The file is empty where JSON should be.');
  const twice = firstDuplicate(tree);
  if (twice !== undefined)
    throw refuse(
      `"${twice.value}" stands here a second time. Keep one of them.`,
      positionAt(text, twice.offset),
    );
  return {
    value: JSON.parse(text),
    placeOf(path, what = 'value') {
      const node = findNodeAtLocation(tree, [...path]);
      const at = what === 'key' ? node?.parent?.children?.[0] : node;
      return positionAt(text, at?.offset ?? tree.offset);
    },
  };
}

/** `PropertyNameExpected` as words. */
function sentence(error: ParseError): string {
  return printParseErrorCode(error.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
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
