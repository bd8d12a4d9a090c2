/** What can be told of a template before it runs: the partials it defines, and those it uses. */
import { inlineNamesOf, PARTIAL_BLOCK, statementsOf } from '../check/inline-partials.ts';
import type { Node, Program } from '../syntax-tree.ts';

export interface Inspection {
  /** Names of the partials that it defines with `{{#*inline}}`. */
  readonly inlineNames: ReadonlySet<string>;
  readonly hasDecorators: boolean;
  /** Where it uses each partial that it does not define itself, by reference. */
  readonly uses: ReadonlyMap<string, Node>;
}

const inspected = new WeakMap<Program, Inspection>();

export function inspectTemplate(tree: Program): Inspection {
  const known = inspected.get(tree);
  if (known !== undefined) return known;
  const inlineNames = inlineNamesOf(tree);
  const uses = new Map<string, Node>();
  let hasDecorators = false;
  for (const statement of statementsOf(tree)) {
    if (statement.type === 'Decorator' || statement.type === 'DecoratorBlock') hasDecorators = true;
    if (statement.type !== 'PartialStatement' && statement.type !== 'PartialBlockStatement') continue;
    if (statement.name.type === 'SubExpression') continue;
    const reference = String(statement.name.original);
    if (reference !== PARTIAL_BLOCK && !inlineNames.has(reference) && !uses.has(reference))
      uses.set(reference, statement);
  }
  const inspection = { inlineNames, hasDecorators, uses };
  inspected.set(tree, inspection);
  return inspection;
}
