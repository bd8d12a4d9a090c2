/**
 * Finds tags that no input makes right because of others that are written with them: `{{order}}` needs a text and
 * `{{json order.id}}` an object. Tags in different branches do not contradict each other.
 */
import { KNOWN_HELPERS } from '../known-helpers.ts';
import {
  type Arguments,
  argumentsOf,
  asPath,
  type BlockStatement,
  type Callee,
  type Expression,
  hasArguments,
  isRawBlock,
  isScoped,
  type Node,
  type PathExpression,
  type Program,
  type Statement,
} from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import { helperName, isPropertyOfText } from './context-kind.ts';
import { MAX_ERRORS, type TemplateError } from './finding.ts';

/** In the order of their places. */
export function contradictions(tree: Program, text: string, isPrompt: boolean): readonly TemplateError[] {
  const walk = new Walk();
  const context = ['context'];
  // In a prompt "@root" is its context; in a partial it is another one.
  const root = isPrompt ? context : ['root'];
  walk.body(tree, { context, root, isPrompt, names: new Set(), around: undefined });
  const lines = lineStarts(text);
  return walk.faults
    .map(({ node: { loc }, ...fault }) => ({
      ...fault,
      start: offsetOf(lines, loc.start.line, loc.start.column),
      end: offsetOf(lines, loc.end.line, loc.end.column),
    }))
    .sort((one, other) => one.start - other.start);
}

/** From a root to a value, by its properties. */
type Route = readonly string[];

interface Use {
  readonly node: PathExpression;
  readonly route: Route;
}

/** Uses that take place whenever a body does. The keys are routes as JSON. */
interface Needs {
  /** A text, or nothing: these have no properties. */
  readonly texts: ReadonlyMap<string, Use>;
  /** By the route of an object, the first property of it that must have a value. */
  readonly objects: ReadonlyMap<string, Use>;
  /** Of the body around it. */
  readonly around: Needs | undefined;
}

interface Place {
  /** Undefined where only a rendering tells, as in a loop. */
  readonly context: Route | undefined;
  readonly root: Route;
  readonly isPrompt: boolean;
  /** Of block parameters. */
  readonly names: ReadonlySet<string>;
  readonly around: Needs | undefined;
}

class Walk {
  readonly faults: (Pick<TemplateError, 'code' | 'message'> & { readonly node: Node })[] = [];

  /** @param empty a value that has no properties where this body is evaluated */
  body(program: Program | undefined | null, place: Place, empty?: Use): void {
    if (program === undefined || program === null) return;
    // Never evaluated, which is no error: {{json order.id}}{{#if order}}…{{else}}…{{/if}}.
    if (empty !== undefined && objectAt(JSON.stringify(empty.route), place.around) !== undefined) return;
    const collected = new Collected(place);
    if (empty !== undefined) collected.text(empty);
    for (const statement of program.body) collected.statement(statement);
    const { texts, objects, given } = collected;
    const needs: Needs = { texts, objects, around: place.around };
    for (const use of given) this.#checkGiven(use, needs);
    for (const [key, use] of texts) this.#checkText(key, use, place.around);
    for (const statement of program.body) this.#within(statement, { ...place, around: needs });
  }

  /** The bodies of a statement. */
  #within(statement: Statement, place: Place): void {
    if (this.faults.length >= MAX_ERRORS) return;
    if (statement.type === 'BlockStatement') this.#block(statement, place);
    if (statement.type === 'PartialBlockStatement' || statement.type === 'DecoratorBlock')
      this.body(statement.program, { ...place, context: undefined, around: undefined });
  }

  #block(node: BlockStatement, place: Place): void {
    const { program, inverse, params } = node;
    const path = asPath(node.path);
    const name = helperName(path, place);
    const isHelper = hasArguments(node) || KNOWN_HELPERS.has(name);
    const asked = useOf(isHelper ? params[0] : path, place);
    const names = new Set([...place.names, ...(program?.blockParams ?? [])]);
    if (!isHelper) {
      if (!isRawBlock(node)) this.#unlessDead(program, { ...place, context: undefined, names }, asked);
      this.body(inverse, place, asked);
    } else if (name === 'if' || name === 'unless') {
      const [given, empty] = name === 'if' ? [program, inverse] : [inverse, program];
      this.#unlessDead(given, place, asked);
      this.body(empty, place, asked);
    } else if (name === 'with' || name === 'each') {
      const context = name === 'with' ? asked?.route : undefined;
      this.#unlessDead(program, { ...place, context, names }, asked);
      this.body(inverse, place, asked);
    } else if (name === 'ifEquals' || name === 'unlessEquals') {
      const [equal, other] = name === 'ifEquals' ? [program, inverse] : [inverse, program];
      this.#unlessDead(equal, place, givenWhereEqual(params, place));
      this.body(other, place);
    } else {
      this.body(program, { ...place, context: undefined, names });
      this.body(inverse, { ...place, context: undefined });
    }
  }

  /** A body that is evaluated where a value is given: never, where what it belongs to is a text. */
  #unlessDead(program: Program | undefined, place: Place, given: Use | undefined): void {
    const isDead = given !== undefined && textAbove(given.route, place.around) !== undefined;
    if (!isDead) this.body(program, place);
  }

  #checkGiven(use: Use, needs: Needs): void {
    const text = textAbove(use.route, needs);
    if (text === undefined) return;
    const { original, loc } = text.node;
    this.faults.push({
      code: 'wrong-arguments',
      node: use.node,
      message: `"${use.node.original}" has no value where "${original}" in line ${loc.start.line} is a text or empty. Use one of them, or put each in a branch of its own.`,
    });
  }

  #checkText(key: string, use: Use, around: Needs | undefined): void {
    const object = objectAt(key, around);
    if (object === undefined) return;
    const { original, loc } = object.node;
    this.faults.push({
      code: 'not-text',
      node: use.node,
      message: `"${use.node.original}" is never a text here: "${original}" in line ${loc.start.line} needs it to be an object. Use one of them, or put each in a branch of its own.`,
    });
  }
}

/** The needs of one body's statements whenever it is evaluated. */
class Collected {
  readonly texts = new Map<string, Use>();
  readonly objects = new Map<string, Use>();
  readonly given: Use[] = [];
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  statement(statement: Statement): void {
    if (statement.type === 'BlockStatement') this.#arguments(statement);
    if (statement.type === 'MustacheStatement') {
      const path = asPath(statement.path);
      if (hasArguments(statement) || KNOWN_HELPERS.has(helperName(path, this.#place))) this.#call(statement);
      else this.#text(path);
    }
  }

  text(use: Use): void {
    // All inputs of a prompt together are no text, which is told of this tag alone.
    if (this.#place.isPrompt && use.route.length === 1) return;
    const key = JSON.stringify(use.route);
    if (!this.texts.has(key)) this.texts.set(key, use);
  }

  #text(value: Expression | undefined): void {
    const use = useOf(value, this.#place);
    if (use !== undefined) this.text(use);
  }

  #given(value: Expression | undefined): void {
    const use = useOf(value, this.#place);
    // A path with "@" ends at what is empty, which is a value as well.
    if (use === undefined || use.node.data) return;
    this.given.push(use);
    for (let length = use.route.length - 1; length > 0; length--) {
      if (isPropertyOfText(use.route[length] as string)) continue;
      const key = JSON.stringify(use.route.slice(0, length));
      if (!this.objects.has(key)) this.objects.set(key, use);
    }
  }

  #arguments(node: Arguments): void {
    for (const each of argumentsOf(node)) if (each.type === 'SubExpression') this.#call(each);
  }

  #call(node: Arguments & { readonly path: Callee }): void {
    this.#arguments(node);
    const { params, hash } = node;
    const [first] = params;
    const name = helperName(asPath(node.path), this.#place);
    const named = hash?.pairs ?? [];
    const url = name === 'media' ? named.find(({ key }) => key === 'url')?.value : undefined;
    if (name === 'json') this.#given(first);
    for (const value of name === 'role' || name === 'section' ? [first] : [url]) {
      this.#given(value);
      this.#text(value);
    }
    // These may be nothing.
    for (const { key, value } of named)
      if (name === 'role' || (name === 'media' && key === 'contentType')) this.#text(value);
  }
}

/** The nearest part of a route that must be a text where one of its properties is read. */
function textAbove(route: Route, from: Needs | undefined): Use | undefined {
  for (let length = route.length - 1; length > 0; length--) {
    if (isPropertyOfText(route[length] as string)) continue;
    const key = JSON.stringify(route.slice(0, length));
    for (let needs = from; needs !== undefined; needs = needs.around) {
      const text = needs.texts.get(key);
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

/** The use that needs a value to be an object. @param key its route as JSON */
function objectAt(key: string, from: Needs | undefined): Use | undefined {
  for (let needs = from; needs !== undefined; needs = needs.around) {
    const object = needs.objects.get(key);
    if (object !== undefined) return object;
  }
  return undefined;
}

/** The value that has to be given for two to be equal; undefined where both may be nothing. */
function givenWhereEqual([one, other]: readonly Expression[], place: Place): Use | undefined {
  const isGiven = (value: Expression | undefined) => value !== undefined && GIVEN.has(value.type);
  return isGiven(other) ? useOf(one, place) : isGiven(one) ? useOf(other, place) : undefined;
}

const GIVEN: ReadonlySet<string> = new Set(['StringLiteral', 'NumberLiteral', 'BooleanLiteral']);

function useOf(value: Expression | undefined, { context, root, names }: Place): Use | undefined {
  if (value?.type !== 'PathExpression') return undefined;
  const { data, depth, parts } = value;
  const [first] = parts;
  if (depth > 0 || (data && first !== 'root')) return undefined;
  if (!data && first !== undefined && names.has(first) && !isScoped(value)) return undefined;
  const from = data ? root : context;
  const rest = data ? parts.slice(1) : parts;
  return from === undefined || from.length + rest.length > MAX_ROUTE
    ? undefined
    : { node: value, route: [...from, ...rest] };
}

/** Longer ones are not followed, as each part of a route is looked up. */
const MAX_ROUTE = 32;
