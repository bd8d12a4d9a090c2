/** Evaluates `{{> name}}` and `{{#> name}}`. */
import { PARTIAL_BLOCK } from '../check/inline-partials.ts';
import { Problem } from '../problem.ts';
import type { Node, PartialBlockStatement, PartialStatement } from '../syntax-tree.ts';
import { evaluateExpression, hashOf } from './evaluate-expression.ts';
import { invalidAt } from './problems.ts';
import { runBody } from './run-body.ts';
import { type Data, type InlinePartial, inlinesWithin, type PartialBlock, type Scope } from './scope.ts';

/** @throws Problem `invalid_source` or `too_expensive` */
export function runPartial(node: PartialStatement | PartialBlockStatement, scope: Scope): void {
  const { run, template } = scope;
  run.meter.step(template, node);
  const context = contextOf(node, scope);
  const isBlock = node.type === 'PartialBlockStatement';
  const block: PartialBlock | undefined = isBlock
    ? { program: node.program, scope, outer: scope.partialBlock }
    : undefined;
  const called: Called = {
    node,
    caller: scope,
    context,
    data: isBlock ? frame(scope.data) : scope.data,
    partialBlock: block ?? scope.partialBlock,
  };
  const indent = isBlock ? '' : node.indent;
  run.meter.enter(template, node);
  run.writer.indented(indent, () => callPartial(String(nameOf(node)), called, block));
  run.meter.leave();
}

interface Called {
  readonly node: PartialStatement | PartialBlockStatement;
  readonly caller: Scope;
  readonly context: unknown;
  readonly data: Data;
  readonly partialBlock: PartialBlock | undefined;
}

/** @param block the body it is called with, which is used if there is no such partial */
function callPartial(name: string, called: Called, block: PartialBlock | undefined): void {
  const { node, caller } = called;
  const { template } = caller;
  const inline = caller.inlines.get(name);
  const given = (name === PARTIAL_BLOCK ? caller.partialBlock : undefined) ?? block;
  if (name !== PARTIAL_BLOCK && !template.inlineNames.has(name)) callLinked(name, called);
  else if (inline !== undefined) callInline(inline, called);
  else if (given !== undefined) callBlock(given, called);
  else throw invalidAt(template, node, undefinedPartial(name));
}

function undefinedPartial(name: string): string {
  return name === PARTIAL_BLOCK
    ? '{{> @partial-block}} has no content here: it is the body of a {{#> name}}…{{/name}} that calls this partial.'
    : `The partial "${name}" is not defined here: move {{#*inline "${name}"}} into this block or one around it.`;
}

const NO_INLINES: Scope['inlines'] = new Map();

/** Calls a partial that is a prompt of its own, which sees only its context. */
function callLinked(name: string, { node, caller, context, data, partialBlock }: Called): void {
  const linked = caller.template.partials.get(name);
  if (linked === undefined) throw invalidAt(caller.template, node, unknownPartial(name));
  const template = caller.run.partial(linked);
  const { inlines, template: from, callers: above } = caller;
  const scope: Scope = {
    ...caller,
    callers: { template: from, inlines, above },
    template,
    // It has only the inline partials that it defines itself.
    inlines: NO_INLINES,
    contexts: undefined,
    blockParams: undefined,
    data,
    partialBlock,
  };
  runBody(template.tree, scope, context, node);
}

function callInline(
  { program, scope }: InlinePartial,
  { node, caller, context, data, partialBlock }: Called,
): void {
  runBody(program, { ...scope, ...inlinesWithin(scope.template, caller), data, partialBlock }, context, node);
}

function callBlock(
  { program, scope, outer }: PartialBlock,
  { node, caller, context, data }: Pick<Called, 'caller' | 'context' | 'data'> & { readonly node: Node },
): void {
  const within = {
    ...scope,
    ...inlinesWithin(scope.template, caller),
    data: frame(data),
    partialBlock: outer,
  };
  runBody(program, within, context, node);
}

/**
 * Returns whether the block that a partial was called with writes anything here, which is what `{{#if @partial-block}}`
 * tests. A block that cannot be written with this context counts too, since it may be called with another.
 */
export function blockWrites(scope: Scope, node: Node): boolean {
  const { run, partialBlock, context, data } = scope;
  if (partialBlock === undefined) return false;
  const { nesting } = run.meter;
  try {
    return run.writer.writesAnything(() => callBlock(partialBlock, { node, caller: scope, context, data }));
  } catch (error) {
    if (Problem.is(error, 'invalid_source')) return true;
    throw error;
  } finally {
    run.meter.nesting = nesting;
  }
}

export function unknownPartial(name: string): string {
  return `The partial "${name}" is not known. Publish it first, or correct the name.`;
}

function nameOf({ name }: PartialStatement | PartialBlockStatement): unknown {
  return name.type === 'SubExpression' ? undefined : name.original;
}

/** A new level for `@../`. */
function frame(above: Data): Data {
  return { values: {}, above };
}

/** The context of the call, with the named arguments over it. */
function contextOf(node: PartialStatement | PartialBlockStatement, scope: Scope): unknown {
  const { run, template } = scope;
  const [given] = node.params;
  const context = given === undefined ? scope.context : evaluateExpression(given, scope);
  if (node.hash === undefined || node.hash === null) return context;
  const args = hashOf(node, scope);
  const values = { ...(context as object), ...args };
  run.meter.step(template, node, Object.keys(values).length);
  run.addCopy(values, context, Object.keys(args));
  return values;
}
