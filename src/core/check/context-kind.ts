/** The kind of a value that is known before there is an input: always an object, always nothing, and so on. */
import {
  asPath,
  type Expression,
  isScoped,
  isSimple,
  type PathExpression,
  type SubExpression,
} from '../syntax-tree.ts';

/**
 * `any` for what the input decides. The others hold whatever the input is: `inputs` is all of them together, `metadata`
 * and `prompt` are `@metadata` and `@metadata.prompt`, `scalar` a number or boolean that is written in the template.
 */
export type Kind = 'any' | 'inputs' | 'object' | 'metadata' | 'prompt' | 'text' | 'scalar' | 'nothing';

/** A context, and the one that `../` leads to; `unknown` where only a rendering tells. */
export interface Context {
  readonly kind: Kind;
  readonly above: Context | 'unknown' | undefined;
}

export interface Place {
  readonly context: Context;
  /** The kinds of the block parameters, by name. */
  readonly names: ReadonlyMap<string, Kind>;
}

export const UNKNOWN: Place = { context: { kind: 'any', above: 'unknown' }, names: new Map() };

const OBJECTS: ReadonlySet<Kind> = new Set(['inputs', 'object', 'metadata', 'prompt']);

export function isObject(kind: Kind): boolean {
  return OBJECTS.has(kind);
}

/** Of what `@metadata.prompt` always has. */
const OBJECTS_OF_PROMPT: ReadonlySet<string> = new Set(['config', 'ext', 'metadata', 'raw']);

export function kindOf(expression: Expression, place: Place): Kind {
  switch (expression.type) {
    case 'PathExpression':
      return kindOfPath(expression, place);
    case 'SubExpression':
      return kindOfCall(expression, place);
    case 'StringLiteral':
      return 'text';
    case 'NullLiteral':
    case 'UndefinedLiteral':
      return 'nothing';
    default:
      return 'scalar';
  }
}

function kindOfPath(path: PathExpression, { context, names }: Place): Kind {
  const { data, depth, parts } = path;
  const [first] = parts;
  const named = depth === 0 && first !== undefined && !isScoped(path) ? names.get(first) : undefined;
  if (named !== undefined) return parts.slice(1).reduce(kindOfProperty, named);
  if (!data) return parts.reduce(kindOfProperty, kindAbove(context, depth));
  const root = depth > 0 ? undefined : first === 'root' ? 'inputs' : first === 'metadata' ? first : undefined;
  return root === undefined ? 'any' : parts.slice(1).reduce<Kind>(kindOfProperty, root);
}

function kindAbove(context: Context, depth: number): Kind {
  let at: Context['above'] = context;
  for (let up = 0; up < depth && typeof at === 'object'; up++) at = at.above;
  return at === 'unknown' ? 'any' : (at?.kind ?? 'nothing');
}

function kindOfProperty(of: Kind, name: string): Kind {
  switch (of) {
    case 'nothing':
    case 'scalar':
      return 'nothing';
    case 'text': // It has a length, and characters by their number.
      return name === 'length' || /^\d+$/.test(name) ? 'any' : 'nothing';
    case 'metadata':
      if (name === 'prompt') return name;
      return name === 'messages' || name === 'docs' ? 'any' : 'nothing';
    case 'prompt':
      return OBJECTS_OF_PROMPT.has(name) ? 'object' : 'any';
    default:
      return 'any';
  }
}

function kindOfCall({ path, params }: SubExpression, place: Place): Kind {
  const name = helperName(asPath(path), place);
  if (name === 'json') return 'text';
  if (name === 'log') return 'nothing';
  const [object, key] = params;
  if (name !== 'lookup' || object === undefined || key === undefined) return 'any';
  const of = kindOf(object, place);
  // A value that is false, 0 or empty is returned as it is.
  if ('value' in object && !object.value) return of;
  if (key.type === 'StringLiteral') return kindOfProperty(of, key.value);
  return of === 'nothing' || of === 'scalar' ? 'nothing' : 'any';
}

/** The helper that a path may call; empty where it is a variable. */
export function helperName(path: PathExpression, { names }: Place): string {
  const [name = ''] = path.parts;
  return isSimple(path) && !path.data && !names.has(name) ? name : '';
}

/** The place in a body that is evaluated with `kind`. */
export function within(place: Place, kind: Kind, names: ReadonlyMap<string, Kind> = place.names): Place {
  const { context } = place;
  // All inputs together are one object: a body that goes on with them is no step for "../".
  if (kind === 'inputs' && context.kind === 'inputs') return { context, names };
  const isStep = kind === 'inputs' || context.kind === 'inputs';
  return { context: { kind, above: isStep ? context : aboveOrHere(context) }, names };
}

/** Of a body whose context may be that around it, which is no step either: only a rendering tells. */
export function aboveOrHere({ above }: Context): Context {
  return { kind: 'any', above: above === undefined ? undefined : 'unknown' };
}
