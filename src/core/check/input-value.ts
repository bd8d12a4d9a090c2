/** Identifies the values of the input that a template names, so that tags that name the same value can be compared. */
import {
  asPath,
  type Expression,
  isScoped,
  type MustacheStatement,
  type PathExpression,
  type SubExpression,
} from '../syntax-tree.ts';
import { writtenPath } from '../written-path.ts';
import { helperName } from './context-kind.ts';

export interface InputValue {
  /** Two values with one key are the same property of the same object. */
  readonly key: string;
  /** The parent of a property. */
  readonly of: InputValue | undefined;
  /** The name of a property. */
  readonly name: string;
  /**
   * `path` is nothing if its parent lacks the property. `lookup`, also used for paths that begin with "@", is its
   * parent if that is false, 0 or empty. `context` is its parent, or an empty object if that is nothing, as in the body
   * of a helper.
   */
  readonly step: 'path' | 'lookup' | 'context';
  readonly depth: number;
}

/** The meaning of the names in a body. A value is undefined if only rendering can tell. */
export interface ValueScope {
  readonly context: InputValue | undefined;
  /** True in the body of a helper, whose context is never nothing. */
  readonly isOfHelper: boolean;
  /** The value of `../`. */
  readonly above: InputValue | undefined;
  /** The value of `@root`. */
  readonly root: InputValue;
  /** The values of block parameters, by name. */
  readonly names: ReadonlyMap<string, InputValue | undefined>;
  /** The named arguments of a partial, which are properties of its context. */
  readonly given?: Given | undefined;
}

interface Given {
  readonly context: InputValue;
  readonly values: ReadonlyMap<string, InputValue | undefined>;
}

/** `{{lookup order "id"}}` or `(lookup order "id")` */
export type Lookup = SubExpression | MustacheStatement;

export function rootValue(key: string): InputValue {
  return { key, of: undefined, name: '', step: 'path', depth: 0 };
}

/** Undefined if only rendering can tell what is meant. */
export function inputValue(expression: Expression | undefined, scope: ValueScope): InputValue | undefined {
  if (expression?.type === 'SubExpression') return lookupValue(expression, scope);
  return expression?.type === 'PathExpression' ? pathValue(expression, scope) : undefined;
}

/** Undefined for calls of other helpers, and for a key that is not a literal. */
export function lookupValue(node: Lookup, scope: ValueScope): InputValue | undefined {
  if (helperName(asPath(node.path), scope) !== 'lookup') return undefined;
  const [object, key] = node.params;
  if (key?.type !== 'StringLiteral' && key?.type !== 'NumberLiteral') return undefined;
  return property(inputValue(object, scope), String(key.value), 'lookup');
}

function pathValue(path: PathExpression, scope: ValueScope): InputValue | undefined {
  const { data, depth, parts } = path;
  const { context, above, root, names, given, isOfHelper } = scope;
  const [first] = parts;
  // "@name" also reads the block parameter "name".
  if (depth === 0 && first !== undefined && names.has(first) && !isScoped(path))
    return properties(names.get(first), parts.slice(1), 'path');
  if (data) return depth === 0 && first === 'root' ? properties(root, parts.slice(1), 'lookup') : undefined;
  if (depth > 0) return depth === 1 ? properties(above, parts, 'path') : undefined;
  if (first !== undefined && given?.context === context && given?.values.has(first))
    return properties(given.values.get(first), parts.slice(1), 'path');
  if (parts.length === 0 && isOfHelper && context !== undefined)
    return { ...context, of: context, step: 'context', key: context.key };
  return properties(context, parts, 'path');
}

function properties(
  from: InputValue | undefined,
  parts: readonly string[],
  step: InputValue['step'],
): InputValue | undefined {
  let value = from;
  for (const part of parts) value = property(value, part, step);
  return value;
}

function property(
  of: InputValue | undefined,
  name: string,
  step: InputValue['step'],
): InputValue | undefined {
  if (of === undefined || of.depth >= MAX_DEPTH) return undefined;
  // No template contains a NUL character.
  return { key: `${of.key}\0${name}`, of, name, step, depth: of.depth + 1 };
}

/** Longer paths are not followed, as each part is looked up. */
const MAX_DEPTH = 32;

/** A value as the template writes it. */
export function writtenValue(node: PathExpression | Lookup): string {
  return node.type === 'PathExpression' ? writtenPath(node) : 'lookup';
}
