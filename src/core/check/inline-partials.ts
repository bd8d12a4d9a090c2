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

export interface InlineBody {
  readonly program: Program;
  /** The block parameters that blocks around its definition may give. */
  readonly names: readonly string[];
}

const bodies = new WeakMap<Program, ReadonlyMap<string, InlineBody | undefined>>();

/** The body of an inline partial; undefined if there is none of that name, or several. */
export function inlineBody(tree: Program, name: string): InlineBody | undefined {
  const known = bodies.get(tree) ?? inlineBodies(tree);
  bodies.set(tree, known);
  return known.get(name);
}

function inlineBodies(tree: Program): ReadonlyMap<string, InlineBody | undefined> {
  const found = new Map<string, InlineBody | undefined>();
  const names: string[] = [];
  for (const statement of statementsOf(tree)) {
    const program = 'program' in statement ? statement.program : undefined;
    names.push(...(program?.blockParams ?? []));
    const name = nameOfInline(statement);
    if (name !== undefined) found.set(name, found.has(name) || !program ? undefined : { program, names });
  }
  return found;
}
