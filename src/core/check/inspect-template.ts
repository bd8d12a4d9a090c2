/** Static facts about a template: the partials it defines, and those it uses. */
import type { Node, Program, Statement } from '../syntax-tree.ts';
import { nameOfInline, PARTIAL_BLOCK, statementsOf } from './inline-partials.ts';

export interface Inspection {
  /** Names of the partials that it defines with `{{#*inline}}`, at any depth. */
  readonly inlineNames: ReadonlySet<string>;
  readonly hasDecorators: boolean;
  /** The first use of each partial that the template does not define itself, by reference. */
  readonly uses: ReadonlyMap<string, Node>;
  /** True if it writes `{{> @partial-block}}`. */
  readonly writesPartialBlock: boolean;
}

const inspected = new WeakMap<Program, Inspection>();

/** @param tree must never change, since it is walked only once */
export function inspectTemplate(tree: Program): Inspection {
  const known = inspected.get(tree) ?? inspect(tree);
  inspected.set(tree, known);
  return known;
}

function inspect(tree: Program): Inspection {
  const inlineNames = new Set<string>();
  const uses = new Map<string, Statement>();
  let hasDecorators = false;
  let writesPartialBlock = false;
  for (const statement of statementsOf(tree)) {
    switch (statement.type) {
      case 'Decorator':
      case 'DecoratorBlock': {
        hasDecorators = true;
        const name = nameOfInline(statement);
        if (name !== undefined) inlineNames.add(name);
        break;
      }
      case 'PartialStatement':
      case 'PartialBlockStatement': {
        if (statement.name.type === 'SubExpression') break;
        const reference = String(statement.name.original);
        if (reference !== PARTIAL_BLOCK) {
          if (!uses.has(reference)) uses.set(reference, statement);
        } else if (statement.type === 'PartialStatement') writesPartialBlock = true;
        break;
      }
      default: // Others use no partial.
    }
  }
  for (const name of inlineNames) uses.delete(name);
  return { inlineNames, hasDecorators, uses, writesPartialBlock };
}
