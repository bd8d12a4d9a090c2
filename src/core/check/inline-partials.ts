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

/** Every statement, those within others too, in the order they are written. */
export function* statementsOf(tree: Program): Generator<Statement, void, undefined> {
  const waiting: Statement[] = [];
  const add = (program: Program | undefined | null): void => {
    const body = program?.body ?? [];
    for (let last = body.length - 1; last >= 0; last--) waiting.push(body[last] as Statement);
  };
  add(tree);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    if ('inverse' in next) add(next.inverse);
    if ('program' in next) add(next.program);
  }
}
