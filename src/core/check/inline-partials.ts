/** The partials that a template defines itself: `{{#*inline "name"}}…{{/inline}}`. */
import type { Decorator, Program, Statement } from '../syntax-tree.ts';

/** The name of the body that a block partial is called with. */
export const PARTIAL_BLOCK = '@partial-block';

/** The name that a statement defines; undefined for one that defines none. */
export function nameOfInline(statement: Statement): string | undefined {
  if (statement.type !== 'DecoratorBlock') return undefined;
  const [name] = (statement as Decorator).params;
  return name?.type === 'StringLiteral' ? name.value : undefined;
}

/** All names that a template defines, wherever. */
export function inlineNamesOf(tree: Program): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of statementsOf(tree)) {
    const name = nameOfInline(statement);
    if (name !== undefined) names.add(name);
  }
  return names;
}

/** Every statement, those within others after them. */
export function* statementsOf(program: Program | undefined | null): Generator<Statement, void, undefined> {
  for (const statement of program?.body ?? []) {
    yield statement;
    if ('program' in statement) yield* statementsOf(statement.program);
    if ('inverse' in statement) yield* statementsOf(statement.inverse);
  }
}
