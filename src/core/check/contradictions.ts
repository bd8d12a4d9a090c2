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
  type MustacheStatement,
  type Node,
  type PathExpression,
  type Program,
  type Statement,
  type SubExpression,
} from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import { writtenPath } from '../written-path.ts';
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
  readonly node: PathExpression | Lookup;
  readonly route: Route;
}

/** `lookup order "id"` is `order.id`, or `order` itself if that is false, 0 or empty. */
type Lookup = SubExpression | MustacheStatement;

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
  /** Undefined if only rendering can tell, as in a loop. */
  readonly context: Route | undefined;
  readonly root: Route;
  readonly isPrompt: boolean;
  /** Of block parameters. */
  readonly names: ReadonlySet<string>;
  readonly around: Needs | undefined;
}

class Walk {
  readonly faults: (Pick<TemplateError, 'code' | 'message'> & { readonly node: Node })[] = [];

  /** @param empty a value that has no properties while this body is evaluated */
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
    const [value] = params;
    // {{#with}} accepts 0, and so do these with "includeZero".
    const isTrue = name === 'each' || ((name === 'if' || name === 'unless') && (node.hash ?? null) === null);
    const asked = isTrue ? truthOf(value, place) : useOf(isHelper ? value : path, place);
    const names = new Set([...place.names, ...(program?.blockParams ?? [])]);
    if (!isHelper) {
      if (!isRawBlock(node)) this.#unlessDead(program, { ...place, context: undefined, names }, asked);
      this.body(inverse, place, asked);
    } else if (name === 'if' || name === 'unless') {
      const [given, empty] = name === 'if' ? [program, inverse] : [inverse, program];
      this.#unlessDead(given, place, asked, isTrue);
      this.body(empty, place, asked);
    } else if (name === 'with' || name === 'each') {
      const context = name === 'with' ? asked?.route : undefined;
      this.#unlessDead(program, { ...place, context, names }, asked, isTrue);
      this.body(inverse, place, asked);
    } else if (name === 'ifEquals' || name === 'unlessEquals') {
      const [equal, other] = name === 'ifEquals' ? [program, inverse] : [inverse, program];
      const { use, isTrue = false } = givenWhereEqual(params, place) ?? {};
      this.#unlessDead(equal, place, use, isTrue);
      this.body(other, place);
    } else {
      this.body(program, { ...place, context: undefined, names });
      this.body(inverse, { ...place, context: undefined });
    }
  }

  /**
   * A body that is evaluated if a value is given: never, if its parent is a text.
   * @param isTrue true if the value is neither false nor 0 then
   */
  #unlessDead(program: Program | undefined, place: Place, given: Use | undefined, isTrue = false): void {
    const { around } = place;
    if (given !== undefined && textAbove(given.route, around) !== undefined) return;
    const objects = new Map<string, Use>();
    if (given !== undefined && (isTrue || endsAtProperty(given))) addObjects(given, objects);
    const inside = objects.size === 0 ? place : { ...place, around: { texts: new Map(), objects, around } };
    this.body(program, inside);
  }

  #checkGiven(use: Use, needs: Needs): void {
    const text = textAbove(use.route, needs);
    if (text === undefined) return;
    const { node } = text;
    this.faults.push({
      code: 'wrong-arguments',
      node: use.node,
      message: `"${writtenOf(use.node)}" has no value where "${writtenOf(node)}" in line ${node.loc.start.line} is a text or empty. Use one of them, or put each in a branch of its own.`,
    });
  }

  #checkText(key: string, use: Use, around: Needs | undefined): void {
    const object = objectAt(key, around);
    if (object === undefined) return;
    const { node } = object;
    this.faults.push({
      code: 'not-text',
      node: use.node,
      message: `"${writtenOf(use.node)}" is never a text here: "${writtenOf(node)}" in line ${node.loc.start.line} needs it to be an object. Use one of them, or put each in a branch of its own.`,
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
      if (hasArguments(statement) || KNOWN_HELPERS.has(helperName(path, this.#place))) {
        this.#call(statement);
        this.#written(useOfLookup(statement, this.#place));
      } else this.#text(path);
    }
  }

  text(use: Use): void {
    // The prompt's whole input is not text, which is reported at this tag.
    if (this.#place.isPrompt && use.route.length === 1) return;
    const key = JSON.stringify(use.route);
    if (!this.texts.has(key)) this.texts.set(key, use);
  }

  #text(value: Expression | undefined): void {
    this.#written(truthOf(value, this.#place));
  }

  #written(use: Use | undefined): void {
    if (use !== undefined) this.text(use);
  }

  #given(value: Expression | undefined): void {
    const use = useOf(value, this.#place);
    if (use === undefined || !endsAtProperty(use)) return;
    this.given.push(use);
    addObjects(use, this.objects);
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

/** Returns whether what is given is the property: a path with "@" ends at what is false, 0 or empty, and so does a lookup. */
function endsAtProperty({ node }: Use): boolean {
  return node.type === 'PathExpression' && !node.data;
}

/** Each value that must be an object for another to be given. */
function addObjects(use: Use, objects: Map<string, Use>): void {
  for (let length = use.route.length - 1; length > 0; length--) {
    if (isPropertyOfText(use.route[length] as string)) continue;
    const key = JSON.stringify(use.route.slice(0, length));
    if (!objects.has(key)) objects.set(key, use);
  }
}

/** The nearest part of a route that must be a text although one of its properties is read. */
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

/** The value that has to be given for two to be equal; undefined if both may be nothing. */
function givenWhereEqual([one, other]: readonly Expression[], place: Place): Given | undefined {
  return equalTo(other, one, place) ?? equalTo(one, other, place);
}

interface Given {
  readonly use: Use | undefined;
  /** True if it is neither false, 0 nor empty. */
  readonly isTrue: boolean;
}

/** Of what is equal to a value that is written. */
function equalTo(
  written: Expression | undefined,
  value: Expression | undefined,
  place: Place,
): Given | undefined {
  const isWritten =
    written?.type === 'StringLiteral' ||
    written?.type === 'NumberLiteral' ||
    written?.type === 'BooleanLiteral';
  if (!isWritten) return undefined;
  const isTrue = Boolean(written.value);
  return { use: isTrue ? truthOf(value, place) : useOf(value, place), isTrue };
}

/** The use of a value that is neither false, 0 nor empty, or that is a text: a lookup is what it looks for then. */
function truthOf(value: Expression | undefined, place: Place): Use | undefined {
  return value?.type === 'SubExpression' ? useOfLookup(value, place) : useOf(value, place);
}

function useOfLookup(node: Lookup, place: Place): Use | undefined {
  const [object, key] = node.params;
  if (helperName(asPath(node.path), place) !== 'lookup') return undefined;
  if (key?.type !== 'StringLiteral' && key?.type !== 'NumberLiteral') return undefined;
  const of = truthOf(object, place);
  return of === undefined || of.route.length >= MAX_ROUTE
    ? undefined
    : { node, route: [...of.route, String(key.value)] };
}

function writtenOf(node: Use['node']): string {
  return node.type === 'PathExpression' ? writtenPath(node) : 'lookup';
}

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
