/** The partials that a template defines itself: `{{#*inline "name"}}…{{/inline}}`. */
import {
  type Decorator,
  isBefore,
  type PartialBlockStatement,
  type PartialStatement,
  type Program,
  type Statement,
} from '../syntax-tree.ts';

/** The name of the body that a block partial is called with. */
export const PARTIAL_BLOCK = '@partial-block';

/** The name of the inline partial that a statement defines; undefined if it defines none. */
export function nameOfInline(statement: Statement): string | undefined {
  if (statement.type !== 'DecoratorBlock') return undefined;
  const [name] = (statement as Decorator).params;
  return name?.type === 'StringLiteral' ? name.value : undefined;
}

/** All statements, including nested ones, in source order. */
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
  /** The block parameters of the blocks around its definition. */
  readonly names: readonly string[];
}

interface Defined extends InlineBody {
  /** The body that defines it. */
  readonly within: Program;
}

const bodies = new WeakMap<Program, ReadonlyMap<string, Defined | undefined>>();

/**
 * The body of the inline partial that a statement calls; undefined if only rendering can tell, or if none is defined
 * there, so that the call's own block is written or the call is wrong.
 */
export function inlineBody(
  tree: Program,
  call: PartialStatement | PartialBlockStatement,
): InlineBody | undefined {
  const known = bodies.get(tree) ?? inlineBodies(tree);
  bodies.set(tree, known);
  const inline = call.name.type === 'SubExpression' ? undefined : known.get(String(call.name.original));
  return inline !== undefined && isWithin(call, inline.within) ? inline : undefined;
}

/** By name; undefined for a name that several partials have. */
function inlineBodies(tree: Program): ReadonlyMap<string, Defined | undefined> {
  const found = new Map<string, Defined | undefined>();
  const waiting: { readonly program: Program; readonly names: readonly string[] }[] = [
    { program: tree, names: [] },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { program: within, names: around } = next;
    const names = within.blockParams?.length ? [...around, ...within.blockParams] : around;
    for (const statement of within.body) {
      const program = 'program' in statement ? statement.program : undefined;
      const inverse = 'inverse' in statement ? statement.inverse : undefined;
      for (const each of [program, inverse]) if (each) waiting.push({ program: each, names });
      const name = nameOfInline(statement);
      if (name !== undefined)
        found.set(name, found.has(name) || !program ? undefined : { program, names, within });
    }
  }
  return found;
}

/** Returns whether a statement is in a body, however deep. */
function isWithin({ loc: { start } }: Statement, { body }: Program): boolean {
  const [first, last] = [body[0]?.loc.start, body.at(-1)?.loc.end];
  return first !== undefined && last !== undefined && !isBefore(start, first) && isBefore(start, last);
}
