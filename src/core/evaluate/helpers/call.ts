/** The arguments of a helper. */
import type { BlockStatement, MustacheStatement, Node, SubExpression } from '../../syntax-tree.ts';
import { invalidAt } from '../problems.ts';
import type { Scope } from '../scope.ts';
import { Structure } from '../structure.ts';

export interface HelperInvocation {
  readonly name: string;
  readonly scope: Scope;
  readonly node: MustacheStatement | BlockStatement | SubExpression;
  readonly args: readonly unknown[];
  readonly hash: Readonly<Record<string, unknown>>;
}

export interface BlockCall extends HelperInvocation {
  readonly node: BlockStatement;
}

/** Returns a value. Throws Problem `invalid_source` or `too_expensive` at the call. */
export type ValueHelper = (call: HelperInvocation) => unknown;
/** Evaluates one of the block's bodies, or none, any number of times. Throws like a `ValueHelper`. */
export type BlockHelper = (call: BlockCall) => void;

/** @throws Problem `invalid_source` */
export function checkCount(
  { name, scope, node, args }: HelperInvocation,
  count: number,
  example: string,
): void {
  if (args.length === count) return;
  const needed = ['no argument', 'one argument', 'two arguments'][count];
  const given = args.length === 0 ? 'none' : args.length;
  throw invalidAt(scope.template, node, `"${name}" takes ${needed}, not ${given}: write "${example}".`);
}

/** A value as the text of an argument; undefined for nothing. @throws Problem `invalid_source` if it is not text */
export function textOfArgument(
  value: unknown,
  { name, scope, node }: Pick<HelperInvocation, 'name' | 'scope' | 'node'>,
): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined || typeof value === 'function') return undefined;
  checkNoStructure(value, scope, node);
  if (typeof value !== 'object') return String(value);
  const what = Array.isArray(value) ? 'a list' : 'an object';
  throw invalidAt(
    scope.template,
    node,
    `An argument of "${name}" is ${what}, where text is needed. Pass ${Array.isArray(value) ? 'one of its items' : 'one of its properties'}.`,
  );
}

/** @throws Problem `invalid_source` for the result of `{{role}}` and similar helpers */
export function checkNoStructure(value: unknown, { template }: Scope, node: Node): void {
  if (value instanceof Structure)
    throw invalidAt(
      template,
      node,
      '"role", "history", "media" and "section" do not produce text, so they cannot be arguments. Write them in their own tags.',
    );
}
