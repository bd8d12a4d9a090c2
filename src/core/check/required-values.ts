/** Finds values whose kind, in their context, a helper cannot take or a tag cannot write, whatever the input is. */
import type { Arguments, Expression, PathExpression, SubExpression } from '../syntax-tree.ts';
import { writtenPath } from '../written-path.ts';
import { isNothing, unknownRole } from './check-helper.ts';
import {
  type ContextFault,
  neverGiven,
  noRole,
  nothingAbove,
  notText,
  noUrl,
  writtenCall,
} from './context-faults.ts';
import {
  type ContextScope,
  isFalse,
  isObject,
  isScalar,
  kindOf,
  textOfKind,
  type ValueKind,
} from './context-kind.ts';

type Report = (fault: ContextFault) => void;

/** Reports an object or a list that is written as text. */
export function checkWritten(node: PathExpression | SubExpression, kind: ValueKind, report: Report): void {
  if (!isObject(kind)) return;
  const path = writtenCall(node);
  report({ code: 'not-text', message: notText(path, kind), node, path, kind, isLinked: false });
}

/** Reports the arguments that the helper `name` cannot take, except literals, which `checkHelper` checks. */
export function checkValues(
  name: string,
  { params, hash }: Arguments,
  place: ContextScope,
  report: Report,
): void {
  const [first, second] = params;
  const option = (wanted: string) => hash?.pairs.find(({ key }) => key === wanted)?.value;
  switch (name) {
    case 'role':
      requireGiven(first, place, report);
      requireText(first, place, report);
      requireRole(first, place, report);
      for (const { value } of hash?.pairs ?? []) requireText(value, place, report);
      return;
    case 'section':
      requireName(first, place, report);
      return;
    case 'json':
      requireGiven(first, place, report);
      return;
    case 'lookup':
      // `lookup` ignores the key if the object is false, 0 or empty.
      if (first !== undefined && isFalse(kindOf(first, place)) !== true) requireText(second, place, report);
      return;
    case 'media':
      requireName(option('url'), place, report);
      requireUrl(option('url'), place, report);
      requireText(option('contentType'), place, report);
      return;
    default: // Others take any value.
  }
}

function requireRole(value: Expression | undefined, place: ContextScope, report: Report): void {
  if (!isComputed(value)) return;
  const kind = kindOf(value, place);
  const text = textOfKind(kind);
  if (isScalar(kind) || (text !== undefined && unknownRole(text) !== undefined)) report(noRole(value, kind));
}

function requireUrl(value: Expression | undefined, place: ContextScope, report: Report): void {
  if (!isComputed(value)) return;
  const kind = kindOf(value, place);
  if (isScalar(kind)) report(noUrl(value, kind));
}

/** Requires a value that can be written as text, or no value. */
function requireText(value: Expression | undefined, place: ContextScope, report: Report): void {
  if (isComputed(value)) checkWritten(value, kindOf(value, place), report);
}

function requireGiven(value: Expression | undefined, place: ContextScope, report: Report): void {
  if (value === undefined || kindOf(value, place) !== 'nothing' || isNothing(value)) return;
  const path = value.type === 'PathExpression' ? value : undefined;
  report({
    code: 'wrong-arguments',
    message: path?.depth ? nothingAbove(path) : neverGiven(path && writtenPath(path)),
    node: value,
    path: path === undefined ? 'lookup' : writtenPath(path),
    kind: 'nothing',
    isLinked: false,
  });
}

/** Requires a text that is not blank. */
function requireName(value: Expression | undefined, place: ContextScope, report: Report): void {
  requireGiven(value, place, report);
  requireText(value, place, report);
  if (!isComputed(value)) return;
  const kind = kindOf(value, place);
  if (textOfKind(kind)?.trim() !== '') return;
  const path = writtenCall(value);
  const message = `"${path}" is an empty text here, where a text is needed. Name a variable.`;
  report({ code: 'wrong-arguments', message, node: value, path, kind, isLinked: false });
}

function isComputed(value: Expression | undefined): value is PathExpression | SubExpression {
  return value?.type === 'PathExpression' || value?.type === 'SubExpression';
}
