/** Evaluates one statement of a template. */
import { KNOWN_HELPERS } from '../known-helpers.ts';
import {
  argumentsOf,
  asPath,
  type BlockStatement,
  type Expression,
  hasArguments,
  isRawBlock,
  isSimple,
  type MustacheStatement,
  type PartialBlockStatement,
  type PartialStatement,
  type Statement,
} from '../syntax-tree.ts';
import { callOf, evaluateCall, evaluateExpression, isBlockParam } from './evaluate-expression.ts';
import { BLOCK_HELPERS, section } from './helpers/block-helpers.ts';
import { textOf } from './helpers/text.ts';
import { refuseUnknown, VALUE_HELPERS } from './helpers/value-helpers.ts';
import { missingInputs } from './missing-inputs.ts';
import { runBody } from './run-body.ts';
import { runPartial } from './run-partial.ts';
import type { Scope } from './scope.ts';
import { Structure } from './structure.ts';
import { expressionOf, type WritingStatement } from './written-expression.ts';

/** @throws Problem `invalid_source` or `too_expensive` */
export function runStatement(statement: Statement, scope: Scope): void {
  const { run, template } = scope;
  switch (statement.type) {
    case 'ContentStatement':
      run.meter.step(template, statement);
      run.writer.text(statement.value, template, statement);
      return;
    case 'MustacheStatement':
      runMustache(statement, scope);
      return;
    case 'BlockStatement':
      runBlock(statement, scope);
      return;
    case 'PartialStatement':
    case 'PartialBlockStatement':
      noteMissing(statement, argumentsOf(statement), scope);
      runPartial(statement, scope);
      return;
    default: // Comments write nothing; decorators were read on entering the body.
  }
}

function runMustache(node: MustacheStatement, scope: Scope): void {
  scope.run.meter.step(scope.template, node);
  const { path: callee } = node;
  // A literal here is always the name of a variable: {{"first name"}}.
  const isCall =
    callee.type === 'PathExpression' && (hasArguments(node) || KNOWN_HELPERS.has(callee.original));
  const missing = missingInputs(isCall ? argumentsOf(node) : [asPath(callee)], scope);
  if (missing.length > 0) write('', node, scope, missing);
  else if (isCall) write(evaluateCall(node, callee, scope), node, scope);
  else write(evaluateExpression(asPath(callee), scope), node, scope);
}

function runBlock(node: BlockStatement, scope: Scope): void {
  scope.run.meter.step(scope.template, node);
  const path = asPath(node.path);
  const [name = ''] = path.parts;
  const isHelper =
    !isBlockParam(path, scope) && (hasArguments(node) || (isSimple(path) && KNOWN_HELPERS.has(name)));
  if (!isHelper && isRawBlock(node)) {
    runBody(node.program, scope, scope.context, node);
    return;
  }
  const read = isHelper ? argumentsOf(node) : [path];
  noteMissing(node, read, scope);
  if (!isHelper) {
    section(evaluateExpression(path, scope), scope, node);
    return;
  }
  const call = callOf(node, path, scope);
  const block = BLOCK_HELPERS.get(name);
  const value = VALUE_HELPERS.get(name);
  if (block !== undefined) block(call);
  else if (value !== undefined) write(value(call), node, scope);
  else refuseUnknown(call);
}

/** Records that a block or partial reads missing inputs. */
function noteMissing(
  node: BlockStatement | PartialStatement | PartialBlockStatement,
  read: Iterable<Expression>,
  scope: Scope,
): void {
  const missing = missingInputs(read, scope);
  if (missing.length > 0) write('', node, scope, missing);
}

const NONE: readonly string[] = [];

function write(
  value: unknown,
  node: WritingStatement,
  scope: Scope,
  missing: readonly string[] = NONE,
): void {
  const { run, template } = scope;
  if (value instanceof Structure) {
    if (value.segment.kind === 'history') run.meter.write(run.historyLength, template, node);
    run.writer.structure(value.segment, template, node);
  } else {
    const expression = expressionOf(node, template);
    run.writer.value(textOf(value, scope, node), expression, missing, template, node);
  }
}
