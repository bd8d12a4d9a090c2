/** Evaluates a body with its own context, names and inline partials. */
import type { Decorator, Node, Program } from '../syntax-tree.ts';
import { invalidAt } from './problems.ts';
import { runStatement } from './run-statement.ts';
import { contextsWithin, type Data, type InlinePartial, type Scope } from './scope.ts';

interface BodyOptions {
  /** The values of `{{@name}}`; inherited by default. */
  readonly data?: Data;
  /** The values of the names in `as |…|`. */
  readonly values?: readonly unknown[];
}

/**
 * Writes a body, if there is one.
 * @param scope the enclosing scope
 * @param node the parent of the body
 * @throws Problem `invalid_source` or `too_expensive`
 */
export function runBody(
  program: Program | undefined,
  scope: Scope,
  context: unknown,
  node: Node,
  { data = scope.data, values }: BodyOptions = {},
): void {
  if (program === undefined || program === null) return;
  const { run, template } = scope;
  const { blockParams: names } = program;
  run.meter.enter(template, node);
  const inner: Scope = {
    run,
    template,
    context,
    contexts: contextsWithin(scope.contexts, context),
    blockParams:
      names === undefined || names.length === 0
        ? scope.blockParams
        : { names, values, above: scope.blockParams },
    data,
    inlines: scope.inlines,
    partialBlock: scope.partialBlock,
    callers: scope.callers,
  };
  const within = template.hasDecorators ? withInlines(program, inner, scope) : inner;
  for (const statement of program.body) runStatement(statement, within);
  run.meter.leave();
}

/** The scope of a body with the partials that it defines, wherever in the body they are written. */
function withInlines(program: Program, inner: Scope, around: Scope): Scope {
  let inlines: Map<string, InlinePartial | undefined> | undefined;
  for (const statement of program.body) {
    if (statement.type !== 'Decorator' && statement.type !== 'DecoratorBlock') continue;
    inlines ??= new Map(inner.inlines);
    const name = inlineName(statement, inner);
    // For `../` the partial is beside the body, not in it, as in Handlebars.
    const scope = { ...inner, contexts: around.contexts };
    if (name !== undefined) inlines.set(name, statement.program && { program: statement.program, scope });
    inner.run.meter.step(inner.template, statement, 1 + inlines.size);
  }
  return inlines === undefined ? inner : { ...inner, inlines };
}

function inlineName(decorator: Decorator, { template }: Scope): string | undefined {
  const { path, params } = decorator;
  if (path.original !== 'inline')
    throw invalidAt(
      template,
      decorator,
      `There is no decorator "${String(path.original)}": {{#*inline "name"}}…{{/inline}} is the only one.`,
    );
  const [name] = params;
  return name?.type === 'StringLiteral' ? name.value : undefined;
}
