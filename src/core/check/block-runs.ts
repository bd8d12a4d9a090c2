/** Determines which of its bodies a block may evaluate, as far as its condition is known without an input. */
import type { BlockStatement, Expression } from '../syntax-tree.ts';
import {
  type ContextScope,
  isEmpty,
  isFalse,
  isObject,
  isScalar,
  isUnknownScalar,
  itemsOf,
  kindOf,
  textOfKind,
  type ValueKind,
} from './context-kind.ts';

/** `main` is the body after the opening tag, `inverse` the one after `{{else}}`. */
export type Runs = 'main' | 'inverse' | 'either';

/** @param name of the helper; empty for a section, which tests the value of its own path */
export function whichRuns(
  name: string,
  node: BlockStatement,
  asked: Expression | undefined,
  place: ContextScope,
): Runs {
  if (asked === undefined) return 'either';
  const kind = kindOf(asked, place);
  switch (name) {
    case '':
      return runsIf(hasSection(kind));
    case 'if':
      return runsIf(isTrue(kind, node));
    case 'unless':
      return runsIf(negated(isTrue(kind, node)));
    case 'with':
      return runsIf(negated(isEmpty(kind)));
    case 'each':
      return runsIf(hasItems(kind));
    case 'ifEquals':
      return runsIf(isEqual(kind, node, place));
    case 'unlessEquals':
      return runsIf(negated(isEqual(kind, node, place)));
    default:
      return 'either';
  }
}

function runsIf(isMain: boolean | undefined): Runs {
  return isMain === undefined ? 'either' : isMain ? 'main' : 'inverse';
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function isTrue(kind: ValueKind, { hash }: BlockStatement): boolean | undefined {
  if (isEmpty(kind) === true) return false;
  // 0 may count as given if there is an option, since that may be `includeZero`.
  if (isFalse(kind) === true) return hash?.pairs.length ? undefined : false;
  return negated(isEmpty(kind));
}

function isEqual(
  one: ValueKind,
  { params: [, second] }: BlockStatement,
  place: ContextScope,
): boolean | undefined {
  const other = second === undefined ? 'nothing' : kindOf(second, place);
  const [first, last] = [sortOf(one), sortOf(other)];
  if (first === undefined || last === undefined) return undefined;
  if (first !== last) return false;
  // Objects are compared by identity, and the value of a `text` is unknown.
  if (first === 'object' || one === 'text' || other === 'text') return undefined;
  if (isUnknownScalar(one) || isUnknownScalar(other)) return undefined;
  return one === other && one !== 'scalar:NaN';
}

/** Values of different kinds are never equal. Undefined if only rendering can tell. */
function sortOf(kind: ValueKind): 'object' | 'text' | 'scalar' | 'nothing' | undefined {
  if (isObject(kind)) return 'object';
  if (kind === 'text' || textOfKind(kind) !== undefined) return 'text';
  if (isScalar(kind)) return 'scalar';
  return kind === 'nothing' ? kind : undefined;
}

function hasItems(kind: ValueKind): boolean | undefined {
  if (typeof kind === 'object') return itemsOf(kind).length > 0;
  if (kind === 'nothing' || kind.startsWith('text') || isScalar(kind)) return false;
  return kind === 'metadata' || kind === 'prompt' ? true : undefined;
}

/** As in Mustache, 0 and an empty text count as values. */
function hasSection(kind: ValueKind): boolean | undefined {
  if (typeof kind === 'object') return !(Array.isArray(kind) && kind.length === 0);
  if (kind === 'nothing' || kind === 'scalar:false') return false;
  return kind === 'any' || kind === 'boolean' ? undefined : true;
}
