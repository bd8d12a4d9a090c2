/** Finds the inputs that an expression reads and that are missing. */
import { type Expression, isScoped } from '../syntax-tree.ts';
import { contextAt } from './read-path.ts';
import { blockParam, type Scope } from './scope.ts';

const NONE: readonly string[] = [];

/** The relevant inputs that `expressions` read and that were not given, in order, each once. */
export function missingInputs(expressions: Iterable<Expression>, scope: Scope): readonly string[] {
  if (scope.run.countsAsMissing === undefined) return NONE;
  let missing: string[] | undefined;
  for (const name of namesLacking(expressions, scope)) {
    missing ??= [];
    if (!missing.includes(name)) missing.push(name);
  }
  return missing ?? NONE;
}

function* namesLacking(expressions: Iterable<Expression>, scope: Scope): Generator<string, void, undefined> {
  for (const expression of expressions) {
    if (expression.type === 'SubExpression') {
      yield* namesLacking(expression.params, scope);
      for (const { value } of expression.hash?.pairs ?? []) yield* namesLacking([value], scope);
    } else if (expression.type === 'PathExpression') {
      const { data, depth, parts } = expression;
      const [first, second] = parts;
      if (data) {
        if (first === 'root' && second !== undefined && depth === 0 && lacks(scope, scope.run.root, second))
          yield second;
      } else if (first !== undefined) {
        const isOther = depth === 0 && !isScoped(expression) && blockParam(scope, first) !== undefined;
        if (!isOther && lacks(scope, contextAt(scope, depth), first)) yield first;
      }
    }
  }
}

/** Returns whether `context` is the input, with or without a partial's arguments, and lacks the relevant `name`. */
function lacks({ run }: Scope, context: unknown, name: string): boolean {
  if (!run.countsAsMissing?.(name) || !run.isOfInput(context, name)) return false;
  const values = context as Readonly<Record<string, unknown>>;
  const given = Object.hasOwn(values, name) ? values[name] : undefined;
  return given === undefined || given === null;
}
