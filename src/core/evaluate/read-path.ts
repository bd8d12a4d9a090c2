/** Reads variables: own properties only, so that no prototype is ever reached. */
import { PARTIAL_BLOCK } from '../check/inline-partials.ts';
import { isScoped, type PathExpression } from '../syntax-tree.ts';
import { invalidAt } from './problems.ts';
import { blockWrites } from './run-partial.ts';
import { blockParam, type Data, dataValue, type Scope } from './scope.ts';

/** A property that a value has itself; undefined for one it inherits. `parent` is neither null nor undefined. */
export function ownProperty(parent: unknown, name: string | number): unknown {
  return Object.hasOwn(parent as object, name)
    ? (parent as Readonly<Record<string | number, unknown>>)[name]
    : undefined;
}

/** @throws Problem `invalid_source` for a block parameter to which its block assigns no value */
export function readPath(path: PathExpression, scope: Scope): unknown {
  const { parts, depth } = path;
  const [name] = parts;
  // As in Handlebars, "@name" also reads the block parameter "name".
  if (name !== undefined && depth === 0 && scope.blockParams !== undefined && !isScoped(path)) {
    const found = blockParam(scope, name);
    if (found !== undefined) {
      if (found.params.values === undefined)
        throw invalidAt(
          scope.template,
          path,
          `The enclosing block gives "${name}" no value: only {{#each}} and {{#with}} fill the names in "as |…|".`,
        );
      return readParts(found.params.values[found.index], parts, 1);
    }
  }
  return path.data ? readData(path, scope) : readParts(contextAt(scope, depth), parts, 0);
}

/** The context that `../`, repeated `depth` times, leads to. */
export function contextAt(scope: Scope, depth: number): unknown {
  if (depth === 0) return scope.context;
  let contexts = scope.contexts;
  for (let up = 0; up < depth; up++) contexts = contexts?.above;
  return contexts?.context;
}

function readParts(from: unknown, parts: readonly string[], first: number): unknown {
  let value = from;
  for (let at = first; at < parts.length && value !== null && value !== undefined; at++)
    value = ownProperty(value, parts[at] as string);
  return value;
}

function readData(path: PathExpression, scope: Scope): unknown {
  const { original, parts, depth } = path;
  // A function, as in Handlebars, which conditions call.
  if (original === PARTIAL_BLOCK && scope.partialBlock !== undefined) return () => blockWrites(scope, path);
  let data: Data | undefined = scope.data;
  for (let up = 0; up < depth; up++) data = data?.above;
  const [name] = parts;
  if (data === undefined || name === undefined) return undefined;
  let value = dataValue(data, name);
  // Unlike in a path without "@", Handlebars stops at 0, false and the empty text.
  for (let at = 1; at < parts.length && value; at++) value = ownProperty(value, parts[at] as string);
  return value;
}
