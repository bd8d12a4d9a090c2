/** Messages for values that are wrong because of their context. */
import type { Node, PathExpression, SubExpression } from '../syntax-tree.ts';
import { writtenPath } from '../written-path.ts';
import { isScalar, textOfKind, type ValueKind } from './context-kind.ts';
import type { TemplateError } from './finding.ts';

/** Shown for a lookup in place of a path. */
const LOOKUP = 'lookup';

export interface ContextFault extends Pick<TemplateError, 'code' | 'message'> {
  readonly node: Node;
  /** The path as written, and its kind. */
  readonly path: string;
  readonly kind: ValueKind;
  /** True if it is at the call of a partial in another file. */
  readonly isLinked: boolean;
}

export function writtenCall(node: PathExpression | SubExpression): string {
  return node.type === 'PathExpression' ? writtenPath(node) : LOOKUP;
}

export function noRole(node: PathExpression | SubExpression, kind: ValueKind): ContextFault {
  const path = writtenCall(node);
  const what = isScalar(kind) ? 'a number or a boolean' : 'another text';
  const message = `"${path}" is ${what} here, which is not a role. Use "system", "user", "model" or "tool".`;
  return { code: 'unknown-role', message, node, path, kind, isLinked: false };
}

export function noUrl(node: PathExpression | SubExpression, kind: ValueKind): ContextFault {
  const fault = noRole(node, kind);
  const message = `"${fault.path}" is a number or a boolean here, which is not a URL.`;
  return { ...fault, code: 'wrong-arguments', message };
}

export function notText(path: string, kind: ValueKind): string {
  if (kind === 'inputs')
    return `"${path}" means all inputs together here, which is not text. Name one of them, as in {{name}}, or write {{json ${path}}}.`;
  const [what, part] = Array.isArray(kind) ? ['a list', 'items'] : ['an object', 'properties'];
  if (path === LOOKUP)
    return `This lookup always gives ${what}, which is not text. Look up one of its ${part} in turn, or write {{json (lookup …)}}.`;
  return `"${path}" is always ${what} here, which is not text. Name one of its ${part}, or write {{json ${path}}}.`;
}

export function nothingAbove(path: PathExpression): string {
  return `There is no outer context here, so "${writtenPath(path)}" has no value. Remove "../".`;
}

export function neverGiven(path: string | undefined): string {
  if (isOfMetadata(path))
    return `The front matter has no value for "${path}". Add it there, or name a variable.`;
  return `${path === undefined ? 'This' : `"${path}"`} never has a value here: its context has no property of this name. Name a variable.`;
}

function isOfMetadata(path: string | undefined): boolean {
  return path?.startsWith('@metadata') === true;
}

/** @param hasNames true for a call with named arguments */
export function wrongCall(reference: string, { code, kind, path }: ContextFault, hasNames: boolean): string {
  const isText = textOfKind(kind) !== undefined;
  if (isOfMetadata(path))
    return `The partial "${reference}" needs another value for "${path}", which the front matter of this prompt ${kind === 'nothing' ? 'does not have' : 'gives otherwise'}. Change it there.`;
  if (path.startsWith('@') && isScalar(kind))
    return `The partial "${reference}" needs another value for "${path}", which is a number or a boolean here. Change the partial, or call it outside of this loop.`;
  const isArgument = hasNames && kind !== 'object';
  const here = isArgument ? 'with these arguments' : 'with this context';
  if (isScalar(kind) || (isText && code === 'unknown-role')) {
    const what = isText ? 'another text' : 'a number or a boolean';
    const [use, pass] =
      code === 'unknown-role' ? ['role', '"system", "user", "model" or "tool"'] : ['URL', 'a URL'];
    return `The partial "${reference}" uses "${path}" as a ${use}, but ${here} it is ${what}. Pass ${pass}.`;
  }
  const call = isArgument ? `${reference} name=value` : `${reference} name`;
  if (kind === 'nothing' || isText)
    return `The partial "${reference}" needs a value for "${path}", but ${here} it ${isText ? 'is empty' : 'has none'}. Pass ${isArgument ? 'what' : 'the context that'} it reads, as in {{> ${call}}}.`;
  const what = kind === 'inputs' ? 'all inputs together' : Array.isArray(kind) ? 'a list' : 'an object';
  return `The partial "${reference}" writes "${path}" as text, but ${here} that is ${what}. Pass what it writes, as in {{> ${call}}}.`;
}
