/** The expression that writes a value, with its place and text. */
import {
  argumentsOf,
  asPath,
  type BlockStatement,
  type Callee,
  type Expression,
  type MustacheStatement,
  type PartialBlockStatement,
  type PartialStatement,
  type PathExpression,
} from '../syntax-tree.ts';
import { offsetOf } from '../template-position.ts';
import type { WrittenExpression } from './segment.ts';
import { spanOf, type Template } from './template.ts';

/** Writes values, or records missing ones. */
export type WritingStatement = MustacheStatement | BlockStatement | PartialStatement | PartialBlockStatement;

/** Always the same object for an expression, so that it is also sent to another thread only once. */
export function expressionOf(node: WritingStatement, template: Template): WrittenExpression {
  const known = template.expressions.get(node);
  if (known !== undefined) return known;
  const source = spanOf(template, node, openingEnd(node, template));
  const { offset } = template;
  const expression = {
    text: template.text.slice(source.start - offset, source.end - offset),
    source,
    path: isPlain(node) ? node.path.original : firstPath(pathsOf(node)),
  };
  template.expressions.set(node, expression);
  return expression;
}

/** Returns whether a tag is only a path, as most are. */
function isPlain(node: WritingStatement): node is MustacheStatement & { readonly path: PathExpression } {
  return (
    node.type === 'MustacheStatement' &&
    node.path.type === 'PathExpression' &&
    node.params.length === 0 &&
    !node.hash
  );
}

/** Returns the end of a block's opening tag; undefined for a single tag. */
function openingEnd(node: WritingStatement, { text, lines }: Template): number | undefined {
  if (node.type !== 'BlockStatement' && node.type !== 'PartialBlockStatement') return undefined;
  let last = 0;
  for (const { loc } of [calleeOf(node), ...argumentsOf(node)])
    last = Math.max(last, offsetOf(lines, loc.end.line, loc.end.column));
  const close = text.indexOf('}}', last);
  return close < 0 ? undefined : close + 2;
}

function calleeOf(node: WritingStatement): Expression {
  return 'name' in node ? node.name : node.path;
}

function* pathsOf(node: WritingStatement): Generator<Expression, void, undefined> {
  yield* argumentsOf(node);
  if (!('name' in node)) yield asPath(node.path as Callee);
}

function firstPath(expressions: Iterable<Expression>): string | undefined {
  for (const expression of expressions) {
    if (expression.type === 'PathExpression') return expression.original;
    if (expression.type === 'SubExpression') {
      const inner = firstPath(argumentsOf(expression));
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}
