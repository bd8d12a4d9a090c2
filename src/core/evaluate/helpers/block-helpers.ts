/** The block helpers: Handlebars' own and Dotprompt's. */
import type { BlockStatement } from '../../syntax-tree.ts';
import { runBody } from '../run-body.ts';
import { helperContext, type Scope } from '../scope.ts';
import { type BlockCall, type BlockHelper, checkCount } from './call.ts';

export const BLOCK_HELPERS: ReadonlyMap<string, BlockHelper> = new Map<string, BlockHelper>([
  ['if', call => either(call, isGiven(call, '{{#if condition}}…{{/if}}'))],
  ['unless', call => either(call, !isGiven(call, '{{#unless condition}}…{{/unless}}'))],
  ['ifEquals', call => either(call, isEqual(call))],
  ['unlessEquals', call => either(call, !isEqual(call))],
  ['with', withValue],
  [
    'each',
    call => {
      checkCount(call, 1, '{{#each items}}…{{/each}}');
      each(call.args[0], call.scope, call.node);
    },
  ],
]);

function either({ scope, node }: BlockCall, first: boolean): void {
  runBody(first ? node.program : node.inverse, scope, helperContext(scope), node);
}

function isGiven(call: BlockCall, example: string): boolean {
  checkCount(call, 1, example);
  const [given] = call.args;
  // A function is the block of a partial.
  const condition = typeof given === 'function' ? given() : given;
  return (Boolean(condition) || Boolean(call.hash['includeZero'])) && !isNothing(condition);
}

/** Values of different types are not equal: 5 is not "5". */
function isEqual(call: BlockCall): boolean {
  checkCount(call, 2, `{{#${call.name} one other}}…{{/${call.name}}}`);
  // Null counts as not given, like undefined.
  return (call.args[0] ?? undefined) === (call.args[1] ?? undefined);
}

function isNothing(value: unknown): boolean {
  return (!value && value !== 0) || (Array.isArray(value) && value.length === 0);
}

function withValue(call: BlockCall): void {
  checkCount(call, 1, '{{#with object}}…{{/with}}');
  const { scope, node } = call;
  const [value] = call.args;
  if (isNothing(value)) runBody(node.inverse, scope, helperContext(scope), node);
  else runBody(node.program, scope, value, node, { values: [value] });
}

/** Writes the body once for each item of a list or property of an object, or the inverse if there are none. */
export function each(items: unknown, scope: Scope, node: BlockStatement): void {
  const { program } = node;
  const { run, template } = scope;
  const isList = Array.isArray(items);
  const values = items as Readonly<Record<string | number, unknown>>;
  const keys = isList ? undefined : Object.keys(typeof items === 'object' ? (items ?? {}) : {});
  const count = keys?.length ?? (items as readonly unknown[]).length;
  let done = 0;
  for (let index = 0; index < count; index++) {
    run.meter.step(template, node);
    const key = keys === undefined ? index : (keys[index] as string);
    // A list may have holes.
    if (isList && !(index in items)) continue;
    done += 1;
    const value = values[key];
    const position = { key, index, first: index === 0, last: index === count - 1 };
    runBody(program, scope, value, node, {
      data: { values: position, above: scope.data },
      values: [value, key],
    });
  }
  if (done === 0) runBody(node.inverse, scope, helperContext(scope), node);
}

/** `{{#name}}…{{/name}}` if no helper has that name, as in Mustache: a condition, a list or a context. */
export function section(value: unknown, scope: Scope, node: BlockStatement): void {
  const { context } = scope;
  // A function is the block of a partial.
  if (value === true || typeof value === 'function') runBody(node.program, scope, context, node);
  else if (value === false || value === null || value === undefined || isEmptyList(value))
    runBody(node.inverse, scope, context, node);
  else if (Array.isArray(value)) each(value, scope, node);
  else runBody(node.program, scope, value, node, { values: [] });
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
