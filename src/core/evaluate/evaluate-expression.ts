/** Evaluates expressions: literals, paths and calls of helpers. */
import {
  type Arguments,
  asPath,
  type Expression,
  isSimple,
  type MustacheStatement,
  type PathExpression,
  type SubExpression,
} from '../syntax-tree.ts';
import { BLOCK_HELPERS } from './helpers/block-helpers.ts';
import type { HelperInvocation } from './helpers/call.ts';
import { refuseUnknown, VALUE_HELPERS } from './helpers/value-helpers.ts';
import { invalidAt } from './problems.ts';
import { readPath } from './read-path.ts';
import { blockParam, type Scope } from './scope.ts';

/** @throws Problem `invalid_source` or `too_expensive` */
export function evaluateExpression(expression: Expression, scope: Scope): unknown {
  scope.run.meter.step(scope.template, expression);
  switch (expression.type) {
    case 'PathExpression':
      return readPath(expression, scope);
    case 'SubExpression':
      return evaluateCall(expression, asPath(expression.path), scope);
    case 'UndefinedLiteral':
      return undefined;
    case 'NullLiteral':
      return null;
    default:
      return expression.value;
  }
}

/** The value of `{{…}}` or `(…)`, which calls a helper unless a block parameter has its name. */
export function evaluateCall(
  node: MustacheStatement | SubExpression,
  path: PathExpression,
  scope: Scope,
): unknown {
  if (isBlockParam(path, scope)) return readPath(path, scope);
  const call = callOf(node, path, scope);
  const helper = VALUE_HELPERS.get(call.name);
  if (helper !== undefined) return helper(call);
  if (!BLOCK_HELPERS.has(call.name)) return refuseUnknown(call);
  throw invalidAt(
    scope.template,
    node,
    `"${call.name}" is a block helper: write "{{#${call.name} …}}…{{/${call.name}}}".`,
  );
}

/** Returns true if a path names a block parameter where a helper could be named. */
export function isBlockParam(path: PathExpression, scope: Scope): boolean {
  return (
    scope.blockParams !== undefined &&
    isSimple(path) &&
    blockParam(scope, path.parts[0] as string) !== undefined
  );
}

export function callOf<Node extends HelperInvocation['node']>(
  node: Node,
  path: PathExpression,
  scope: Scope,
): HelperInvocation & { readonly node: Node } {
  const args = node.params.map(param => evaluateExpression(param, scope));
  return { name: path.parts[0] ?? '', scope, node, args, hash: hashOf(node, scope) };
}

const NO_HASH: Readonly<Record<string, unknown>> = Object.freeze({});

/** Named arguments, in reverse order as in Handlebars. If a name is given twice, the first counts. */
export function hashOf({ hash }: Arguments, scope: Scope): Readonly<Record<string, unknown>> {
  if (hash === undefined || hash === null) return NO_HASH;
  const pairs = hash.pairs.map(({ key, value }) => [key, evaluateExpression(value, scope)] as const);
  return Object.fromEntries(pairs.reverse());
}
