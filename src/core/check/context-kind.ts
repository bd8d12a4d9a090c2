/** The kind of a value, as far as it is known without an input: always an object, always nothing, and so on. */
import {
  asPath,
  type Expression,
  isScoped,
  isSimple,
  type MustacheStatement,
  type PathExpression,
  type SubExpression,
} from '../syntax-tree.ts';

/**
 * `any` depends on the input. The others hold for every input: `inputs` is all inputs together, `metadata` and `prompt`
 * are `@metadata` and `@metadata.prompt`. Values written in the template or the front matter are known themselves: a
 * text, a number or boolean (`scalar`), or the object or list.
 */
export type ValueKind =
  | 'any'
  | 'inputs'
  | 'object'
  | 'metadata'
  | 'prompt'
  | 'text'
  | 'nothing'
  | 'number'
  | 'boolean'
  | `text:${string}`
  | `scalar:${string}`
  | Readonly<Record<string, unknown>>
  | readonly unknown[];

/** A context, and the one that `../` leads to; `unknown` if only rendering can tell. */
export interface Context {
  readonly kind: ValueKind;
  /** The known kinds of a partial's named arguments, by name. */
  readonly given?: ReadonlyMap<string, ValueKind> | undefined;
  readonly above: Context | 'unknown' | undefined;
}

export interface ContextScope {
  readonly context: Context;
  /** The kinds of the block parameters, by name. */
  readonly names: ReadonlyMap<string, ValueKind>;
  /** The maximum number of levels of `@` variables: `@../` leads to the next. Undefined if only rendering can tell. */
  readonly frames: number | undefined;
  /** The value of `@metadata.prompt`; undefined if only rendering can tell. */
  readonly prompt: Readonly<Record<string, unknown>> | undefined;
  /** The position in a known list or object, `unknown` in any other; undefined outside of one. */
  readonly position?: ItemPosition | 'unknown' | undefined;
}

/** The values of `@index` and similar names for one item of a list, or property of an object. */
export interface ItemPosition {
  readonly index: number;
  readonly key: number | string;
  readonly first: boolean;
  readonly last: boolean;
}

/** The place in a body of which only the prompt and the names of block parameters are known. */
export function unknownPlace({
  prompt,
  names,
}: Pick<ContextScope, 'prompt'> & Partial<Pick<ContextScope, 'names'>>): ContextScope {
  const given = new Map([...(names?.keys() ?? [])].map(name => [name, 'any' as const]));
  return { context: { kind: 'any', above: 'unknown' }, names: given, frames: undefined, prompt };
}

const OBJECTS: ReadonlySet<ValueKind> = new Set(['inputs', 'object', 'metadata', 'prompt']);

export function isObject(kind: ValueKind): boolean {
  return typeof kind === 'object' || OBJECTS.has(kind);
}

export function isScalar(kind: ValueKind): boolean {
  return typeof kind === 'string' && (kind.startsWith(SCALAR) || isUnknownScalar(kind));
}

/** Returns whether a kind is that of a number or boolean that only rendering can tell. */
export function isUnknownScalar(kind: ValueKind): boolean {
  return kind === 'number' || kind === 'boolean';
}

/** The text that a kind represents; undefined for other values, and for a text that only rendering can tell. */
export function textOfKind(kind: ValueKind): string | undefined {
  return typeof kind === 'string' && kind.startsWith(TEXT) ? kind.slice(TEXT.length) : undefined;
}

const TEXT = 'text:';
const SCALAR = 'scalar:';

export interface Item {
  readonly kind: ValueKind;
  readonly position: ItemPosition;
}

/** The items of a list, or the properties of an object: at most `MOST` that differ in kind, and the last one. */
export function itemsOf(of: object): readonly Item[] {
  const known = items.get(of);
  if (known !== undefined) return known;
  const isList = Array.isArray(of);
  const entries = Object.entries(of);
  const last = entries.length - 1;
  const kinds = new Set<ValueKind>();
  const found = entries.flatMap(([name, value], index): readonly Item[] => {
    const kind = kindOfValue(value);
    if (index < last && (kinds.size >= MOST || kinds.has(kind))) return [];
    kinds.add(kind);
    return [
      { kind, position: { index, key: isList ? index : name, first: index === 0, last: index === last } },
    ];
  });
  items.set(of, found);
  return found;
}

const MOST = 8;
const items = new WeakMap<object, readonly Item[]>();

/** The kind of a known value. */
export function kindOfValue(value: unknown): ValueKind {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return `${TEXT}${value}`;
  return typeof value === 'object' ? (value as Exclude<ValueKind, string>) : `${SCALAR}${String(value)}`;
}

/** The properties of `@metadata.prompt` that are always objects. */
const OBJECTS_OF_PROMPT: ReadonlySet<string> = new Set(['config', 'ext', 'metadata', 'raw']);

export function kindOf(expression: Expression, place: ContextScope): ValueKind {
  switch (expression.type) {
    case 'PathExpression':
      return kindOfPath(expression, place);
    case 'SubExpression':
      return kindOfCall(expression, place);
    case 'NullLiteral':
    case 'UndefinedLiteral':
      return 'nothing';
    default:
      return kindOfValue(expression.value);
  }
}

function kindOfPath(path: PathExpression, place: ContextScope): ValueKind {
  const { context, names, frames } = place;
  const { data, depth, parts } = path;
  const [first] = parts;
  const property = (of: ValueKind, name: string) => kindOfProperty(of, name, place);
  const named = depth === 0 && first !== undefined && !isScoped(path) ? names.get(first) : undefined;
  if (named !== undefined) return parts.slice(1).reduce(property, named);
  const given = data || depth > 0 || first === undefined ? undefined : context.given?.get(first);
  if (given !== undefined) return parts.slice(1).reduce(property, given);
  if (!data) return parts.reduce(property, kindAbove(context, depth));
  // "@root" is in the innermost level, below the names that the rendering gives.
  if (frames !== undefined && depth >= (first === 'root' ? frames - 1 : frames)) return 'nothing';
  const root =
    depth > 0
      ? undefined
      : first === 'root'
        ? 'inputs'
        : first === 'metadata'
          ? first
          : kindOfPosition(first, place);
  // Unlike other paths, one that begins with "@" ends at a value that is false, 0 or empty.
  const next = (of: ValueKind, name: string) =>
    isUnknownScalar(of) ? 'any' : isFalse(of) === true ? of : property(of, name);
  return root === undefined ? 'any' : parts.slice(1).reduce<ValueKind>(next, root);
}

/** The kind of `@index` and its like; undefined for other names, and outside of a list. */
function kindOfPosition(name: string | undefined, { position }: ContextScope): ValueKind | undefined {
  if (position === 'unknown')
    return name === 'index' ? 'number' : name === 'first' || name === 'last' ? 'boolean' : undefined;
  return position && Object.hasOwn(position, name ?? '')
    ? kindOfValue(position[name as keyof ItemPosition])
    : undefined;
}

function kindAbove(context: Context, depth: number): ValueKind {
  let at: Context['above'] = context;
  for (let up = 0; up < depth && typeof at === 'object'; up++) at = at.above;
  return at === 'unknown' ? 'any' : (at?.kind ?? 'nothing');
}

/** A text has a length, and characters by index. */
export function isPropertyOfText(name: string): boolean {
  return name === 'length' || /^\d+$/.test(name);
}

function kindOfProperty(of: ValueKind, name: string, { prompt }: ContextScope): ValueKind {
  if (typeof of === 'object')
    return kindOfValue(Object.hasOwn(of, name) ? (of as Readonly<Record<string, unknown>>)[name] : undefined);
  if (of === 'text') return isPropertyOfText(name) ? 'any' : 'nothing';
  const text = textOfKind(of);
  if (text !== undefined)
    return isPropertyOfText(name) ? kindOfValue(text[name as unknown as number]) : 'nothing';
  if (of === 'nothing' || isScalar(of)) return 'nothing';
  if (of === 'prompt') return OBJECTS_OF_PROMPT.has(name) ? 'object' : 'any';
  if (of !== 'metadata') return 'any';
  if (name === 'prompt') return prompt ?? name;
  return name === 'messages' || name === 'docs' ? 'any' : 'nothing';
}

/** The kind of the value that a call of a helper returns. */
export function kindOfCall(
  { path, params }: Pick<SubExpression | MustacheStatement, 'path' | 'params'>,
  place: ContextScope,
): ValueKind {
  const name = helperName(asPath(path), place);
  if (name === 'json') return 'text';
  if (name === 'log') return 'nothing';
  const [object, key] = params;
  if (name !== 'lookup' || object === undefined || key === undefined) return 'any';
  const of = kindOf(object, place);
  // A value that is false, 0 or empty is returned as it is.
  if (isFalse(of) === true) return of;
  if (isUnknownScalar(of)) return 'any';
  const property = textOfKind(kindOf(key, place));
  if (property !== undefined)
    return (
      (isContext(object) ? place.context.given?.get(property) : undefined) ??
      kindOfProperty(of, property, place)
    );
  return of === 'nothing' || isScalar(of) ? 'nothing' : 'any';
}

/** `this` or `.` */
function isContext(expression: Expression): boolean {
  if (expression.type !== 'PathExpression') return false;
  const { data, depth, parts } = expression;
  return !data && depth === 0 && parts.length === 0;
}

/** Returns whether a value is falsy in JavaScript; undefined if only rendering can tell. */
export function isFalse(kind: ValueKind): boolean | undefined {
  if (kind === 'any' || kind === 'text' || isUnknownScalar(kind)) return undefined;
  return (
    kind === 'nothing' ||
    kind === TEXT ||
    kind === `${SCALAR}false` ||
    kind === `${SCALAR}NaN` ||
    isZero(kind)
  );
}

/** Returns whether a value is empty, as in Handlebars: 0 is not, an empty list is. */
export function isEmpty(kind: ValueKind): boolean | undefined {
  if (typeof kind === 'object') return Array.isArray(kind) && kind.length === 0;
  return isFalse(kind) === true ? !isZero(kind) : isFalse(kind);
}

function isZero(kind: ValueKind): boolean {
  return kind === `${SCALAR}0` || kind === `${SCALAR}-0`;
}

/** The helper that a path may call; empty if it is a variable. @param names of block parameters */
export function helperName(
  path: PathExpression,
  { names }: { readonly names: Pick<ReadonlySet<string>, 'has'> },
): string {
  const [name = ''] = path.parts;
  return isSimple(path) && !path.data && !names.has(name) ? name : '';
}

/** The place in a body that is evaluated with `kind`. */
export function within(
  place: ContextScope,
  kind: ValueKind,
  names: ReadonlyMap<string, ValueKind> = place.names,
): ContextScope {
  const { context } = place;
  // All inputs together are one object, so a body that keeps them as its context adds no level for "../".
  if (kind === 'inputs' && context.kind === 'inputs') return { ...place, names };
  const isStep = kind === 'inputs' || context.kind === 'inputs';
  return { ...place, context: { kind, above: isStep ? context : aboveOrHere(context) }, names };
}

/** The context of a body that may keep the one around it: only rendering can tell whether it adds a level for `../`. */
export function aboveOrHere({ above }: Context): Context {
  return { kind: 'any', above: above === undefined ? undefined : 'unknown' };
}

/** The place in a body that brings its own `@` names, such as one that is evaluated for each item of a list. */
export function inEach(place: ContextScope, position?: ContextScope['position']): ContextScope {
  return { ...place, frames: place.frames === undefined ? undefined : place.frames + 1, position };
}
