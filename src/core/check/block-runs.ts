/** Which of its bodies a block may evaluate, as far as the value it asks is known before there is an input. */
import type { BlockStatement, Expression } from '../syntax-tree.ts';
import { isEmpty, isFalse, isScalar, type Kind, kindOf, kindsOfItems, type Place } from './context-kind.ts';

/** `main` is the body after the opening tag, `inverse` the one after `{{else}}`. */
export type Runs = 'main' | 'inverse' | 'either';

/** @param name of the helper; empty for a section, which asks the value of its own path */
export function whichRuns(
  name: string,
  node: BlockStatement,
  asked: Expression | undefined,
  place: Place,
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

function isTrue(kind: Kind, { hash }: BlockStatement): boolean | undefined {
  if (isEmpty(kind) === true) return false;
  // With an option that may ask for it, 0 counts as given.
  if (isFalse(kind) === true) return hash?.pairs.length ? undefined : false;
  return negated(isEmpty(kind));
}

function hasItems(kind: Kind): boolean | undefined {
  if (typeof kind === 'object') return kindsOfItems(kind).length > 0;
  if (kind === 'nothing' || kind.startsWith('text') || isScalar(kind)) return false;
  return kind === 'metadata' || kind === 'prompt' ? true : undefined;
}

/** As in Mustache, 0 and an empty text are values. */
function hasSection(kind: Kind): boolean | undefined {
  if (typeof kind === 'object') return !(Array.isArray(kind) && kind.length === 0);
  if (kind === 'nothing' || kind === 'scalar:false') return false;
  return kind === 'any' ? undefined : true;
}
