/** Finds the inputs that a template and its partials read, from the text alone, without rendering. */
import { PARTIAL_BLOCK } from '../check/inline-partials.ts';
import type { LinkedPartial, LinkedTemplate } from '../flatten.ts';
import { KNOWN_HELPERS } from '../known-helpers.ts';
import { readTemplate } from '../read-template.ts';
import {
  type Arguments,
  argumentsOf,
  asPath,
  type BlockStatement,
  type Expression,
  hasArguments,
  isRawBlock,
  isScoped,
  isSimple,
  type MustacheStatement,
  type PartialBlockStatement,
  type PartialStatement,
  type PathExpression,
  type Program,
  type Statement,
} from '../syntax-tree.ts';

/**
 * The inputs by name: true if the text needs it. An input is not needed if it is only tested (`{{#if urgent}}`) or read
 * where it is known to be given. A block on a variable (`{{#customer}}`) reads an object unless `isFlag` returns true.
 * Stops after 200,000 nodes, counting each use of a partial.
 * @throws Error of Handlebars for a template that it cannot parse
 */
export function readInputs(
  linked: LinkedTemplate,
  isFlag: (name: string) => boolean = () => false,
): ReadonlyMap<string, boolean> {
  const reader = new InputReader(isFlag);
  reader.template(linked, { isInput: true, given: NONE, above: undefined }, NONE);
  return reader.needed;
}

const MAX_STEPS = 200_000;
const NONE: ReadonlySet<string> = new Set();

/** The context in which names are looked up. */
interface Context {
  /** True if it is the input, alone or with a partial's named arguments over it. */
  readonly isInput: boolean;
  /** Names that the call of a partial passes. */
  readonly given: ReadonlySet<string>;
  /** The context of `../`. */
  readonly above: Context | undefined;
}

interface Place {
  readonly context: Context;
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Block parameters, and what they represent. */
  readonly names: ReadonlyMap<string, Context>;
  /** Inputs that are known to be given here. */
  readonly guards: ReadonlySet<string>;
  readonly inlines: ReadonlyMap<string, { readonly program: Program; readonly place: Place }>;
}

class InputReader {
  readonly needed = new Map<string, boolean>();
  readonly #isFlag: (name: string) => boolean;
  readonly #done = new Map<object, Set<string>>();
  #steps = 0;

  constructor(isFlag: (name: string) => boolean) {
    this.#isFlag = isFlag;
  }

  template(linked: LinkedTemplate, context: Context, guards: ReadonlySet<string>): void {
    const place = { context, partials: linked.partials, names: new Map(), guards, inlines: new Map() };
    this.#once(linked, place, () => this.#program(tree(linked.template), place));
  }

  /** Skips a partial that was already read in the same way, which also stops one that uses itself. */
  #once(what: object, { context, guards }: Place, read: () => void): void {
    const above: unknown[] = [];
    for (let at: Context | undefined = context; at !== undefined; at = at.above)
      above.push([at.isInput, [...at.given].sort()]);
    const key = JSON.stringify([above, [...guards].sort()]);
    const done = this.#done.get(what) ?? new Set();
    this.#done.set(what, done);
    if (done.has(key)) return;
    done.add(key);
    read();
  }

  #program(program: Program | undefined | null, place: Place): void {
    if (program === undefined || program === null) return;
    const within = withInlines(program, place);
    for (const statement of program.body) {
      this.#steps += 1;
      if (this.#steps > MAX_STEPS) return;
      this.#statement(statement, within);
    }
  }

  #statement(statement: Statement, place: Place): void {
    switch (statement.type) {
      case 'MustacheStatement':
        this.#mustache(statement, place);
        return;
      case 'BlockStatement':
        this.#block(statement, place);
        return;
      case 'PartialStatement':
      case 'PartialBlockStatement':
        this.#partial(statement, place);
        return;
      default: // Text and comments read nothing; what {{#*inline}} defines is read where it is called.
    }
  }

  #mustache(node: MustacheStatement, place: Place): void {
    const { path } = node;
    const isCall = path.type === 'PathExpression' && (hasArguments(node) || KNOWN_HELPERS.has(path.original));
    if (isCall) this.#arguments(node, place, false);
    else this.#path(asPath(path), place, false);
  }

  #block(node: BlockStatement, place: Place): void {
    const path = asPath(node.path);
    const [name = ''] = path.parts;
    const isParameter = isSimple(path) && place.names.has(name);
    if (!isParameter && (hasArguments(node) || (isSimple(path) && KNOWN_HELPERS.has(name))))
      this.#helper(name, node, place);
    else if (isRawBlock(node)) this.#program(node.program, place);
    else this.#section(path, node, place);
  }

  #helper(name: string, node: BlockStatement, place: Place): void {
    const [first] = node.params;
    const isCondition = /^(?:if|unless)(?:Equals)?$/.test(name);
    this.#arguments(node, place, isCondition);
    if (isCondition) {
      const guarded = name.endsWith('Equals') ? place : this.#guarded(first, place);
      this.#program(node.program, name === 'if' ? guarded : place);
      this.#program(node.inverse, name === 'unless' ? guarded : place);
    } else if (name === 'each' || name === 'with') {
      const context = first === undefined ? OTHER : contextOf(first, place);
      // Handlebars adds no level if the context is the same as the one around it; list items are different contexts.
      const inner = name === 'with' ? context : OTHER;
      this.#program(node.program, withNames(node, within(place, inner), inner));
      this.#program(node.inverse, place);
    }
  }

  #section(path: PathExpression, node: BlockStatement, place: Place): void {
    this.#path(path, place, true);
    const read = inputOf(path, place);
    const isFlag = read !== undefined && this.#isFlag(read);
    const context = isFlag ? place.context : contextOf(path, place);
    this.#program(node.program, withNames(node, within(this.#guarded(path, place), context), OTHER));
    this.#program(node.inverse, place);
  }

  #partial(node: PartialStatement | PartialBlockStatement, place: Place): void {
    this.#arguments(node, place, false);
    const [argument] = node.params;
    const around = argument === undefined ? place.context : contextOf(argument, place);
    const names = (node.hash?.pairs ?? []).map(({ key }) => key);
    const given = around.isInput ? new Set([...around.given, ...names]) : NONE;
    const context = names.length === 0 ? around : { isInput: around.isInput, given, above: around.above };
    if ('program' in node) this.#program(node.program, within(place, context));
    if (node.name.type === 'SubExpression' || node.name.original === PARTIAL_BLOCK) return;
    const reference = String(node.name.original);
    const inline = place.inlines.get(reference);
    if (inline !== undefined) {
      const { inlines, guards } = place;
      const inside = { ...within(inline.place, context), inlines, guards };
      this.#once(inline.program, inside, () => this.#program(inline.program, inside));
      return;
    }
    const linked = place.partials.get(reference);
    if (linked !== undefined) this.template(linked, { ...context, above: undefined }, place.guards);
  }

  #arguments(of: Arguments, place: Place, isCondition: boolean): void {
    for (const expression of argumentsOf(of)) this.#expression(expression, place, isCondition);
  }

  #expression(expression: Expression, place: Place, isCondition: boolean): void {
    if (expression.type === 'SubExpression') this.#arguments(expression, place, isCondition);
    else if (expression.type === 'PathExpression') this.#path(expression, place, isCondition);
  }

  #path(path: PathExpression, place: Place, isCondition: boolean): void {
    const name = inputOf(path, place);
    if (name === undefined) return;
    const isNeeded = !isCondition && !place.guards.has(name);
    this.needed.set(name, isNeeded || this.needed.get(name) === true);
  }

  #guarded(condition: Expression | undefined, place: Place): Place {
    const name = condition?.type === 'PathExpression' ? inputOf(condition, place) : undefined;
    return name === undefined ? place : { ...place, guards: new Set([...place.guards, name]) };
  }
}

const OTHER: Context = { isInput: false, given: NONE, above: undefined };

/** The input that a path reads; undefined if it reads something else. */
function inputOf(path: PathExpression, { context, names }: Place): string | undefined {
  const { data, depth, parts } = path;
  const [first, second] = parts;
  if (first === undefined) return undefined;
  const named = depth === 0 && !isScoped(path) ? names.get(first) : undefined;
  if (named !== undefined)
    return second !== undefined && named.isInput && !named.given.has(second) ? second : undefined;
  if (data) return first === 'root' && depth === 0 ? second : undefined;
  const at = contextAt(context, depth);
  return at?.isInput === true && !at.given.has(first) ? first : undefined;
}

function contextAt(context: Context, depth: number): Context | undefined {
  let at: Context | undefined = context;
  for (let up = 0; up < depth; up++) at = at?.above;
  return at;
}

/** The value of an expression as a context: the input itself, or something else. */
function contextOf(expression: Expression, { context, names }: Place): Context {
  if (expression.type !== 'PathExpression') return OTHER;
  const { data, depth, parts } = expression;
  const [first = ''] = parts;
  const named = depth === 0 && !isScoped(expression) ? names.get(first) : undefined;
  if (named !== undefined) return parts.length === 1 ? named : OTHER;
  if (data) return parts.length === 1 && parts[0] === 'root' ? { ...OTHER, isInput: true } : OTHER;
  return parts.length === 0 ? (contextAt(context, depth) ?? OTHER) : OTHER;
}

function within(place: Place, context: Context): Place {
  return context === place.context ? place : { ...place, context: { ...context, above: place.context } };
}

/** @param first the context that the first block parameter represents */
function withNames({ program }: BlockStatement, place: Place, first: Context): Place {
  const { blockParams = [] } = program ?? {};
  if (blockParams.length === 0) return place;
  const names = new Map(place.names);
  for (const [index, name] of blockParams.entries()) names.set(name, index === 0 ? first : OTHER);
  return { ...place, names };
}

/** The place in a body with the partials that it defines, wherever in the body they are written. */
function withInlines(program: Program, place: Place): Place {
  const inlines = new Map(place.inlines);
  for (const statement of program.body) {
    if (statement.type !== 'DecoratorBlock' || statement.program === undefined) continue;
    const [name] = statement.params;
    if (name?.type === 'StringLiteral') inlines.set(name.value, { program: statement.program, place });
  }
  return inlines.size === place.inlines.size ? place : { ...place, inlines };
}

function tree(template: string): Program {
  return readTemplate(template) as unknown as Program;
}
