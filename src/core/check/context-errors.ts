/**
 * Finds tags that no input makes right because of their context: `this` is all the inputs of a prompt outside the blocks that
 * go on with another context, nothing is above the first of them, and a partial has the context it is called with.
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
  type Node,
  type PartialBlockStatement,
  type PartialStatement,
  type PathExpression,
  type Program,
  type Statement,
} from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import { isNothing } from './check-helper.ts';
import {
  aboveOrHere,
  helperName,
  isObject,
  type Kind,
  kindOf,
  type Place,
  UNKNOWN,
  within,
} from './context-kind.ts';
import { MAX_ERRORS, type TemplateError } from './finding.ts';
import { nameOfInline, PARTIAL_BLOCK, statementsOf } from './inline-partials.ts';
import { inspectTemplate } from './inspect-template.ts';
import type { ParsedTemplate, Templates } from './partial-blocks.ts';

const NO_PARTIALS: Templates<ParsedTemplate> = { partial: () => undefined };

/** In the order of their places. @param isPrompt whether its context is the inputs; that of a partial is what it is called with */
export function contextErrors(root: ParsedTemplate, isPrompt: boolean): readonly TemplateError[] {
  return new Walk(NO_PARTIALS).errorsOf(root, isPrompt, ({ isLinked }) => !isLinked);
}

/** The errors at the calls of partials in files of their own. @param isPrompt as `contextErrors` takes it */
export function wrongContexts<T extends ParsedTemplate>(
  root: T,
  isPrompt: boolean,
  templates: Templates<T>,
): readonly TemplateError[] {
  return new Walk(templates).errorsOf(root, isPrompt, ({ isLinked }) => isLinked);
}

interface Fault extends Pick<TemplateError, 'code' | 'message'> {
  readonly node: Node;
  /** The path as written, and its kind. */
  readonly path: string;
  readonly kind: Kind;
  /** True if it is at the call of a partial in a file of its own. */
  readonly isLinked: boolean;
}

/** One template's body, with the inline partials of that template. */
interface Within<T> {
  readonly template: T;
  readonly report: (fault: Fault) => void;
  /** Called with what `{{> @partial-block}}` is called with. */
  readonly onBlock?: (kind: Kind) => void;
}

class Walk<T extends ParsedTemplate> {
  readonly #templates: Templates<T>;
  /** By body and what it is called with: the first fault in it; undefined where there is none, or while it is looked for. */
  readonly #called = new Map<Program, Map<Kind, Fault | undefined>>();
  /** By body and what it is called with: what it calls the block of its caller with. */
  readonly #blockKinds = new Map<Program, Map<Kind, ReadonlySet<Kind>>>();
  /** By the body of a block of a partial: what it was looked at with. */
  readonly #blocks = new Map<Program, Set<Kind>>();
  readonly #inlines = new WeakMap<Program, ReadonlyMap<string, Program | undefined>>();

  constructor(templates: Templates<T>) {
    this.#templates = templates;
  }

  errorsOf(root: T, isPrompt: boolean, isTold: (fault: Fault) => boolean): readonly TemplateError[] {
    const lines = lineStarts(root.text);
    const errors = new Map<string, TemplateError>();
    const report = (fault: Fault): void => {
      if (!isTold(fault) || errors.size >= MAX_ERRORS) return;
      const { code, message, node } = fault;
      const [start = 0, end = 0] = [node.loc.start, node.loc.end].map(({ line, column }) =>
        offsetOf(lines, line, column),
      );
      errors.set(`${start} ${end}`, { code, start, end, message });
    };
    this.#body(root.tree, top(isPrompt ? 'inputs' : 'any'), { template: root, report });
    return [...errors.values()].sort((one, other) => one.start - other.start);
  }

  #body(program: Program | undefined | null, place: Place, inside: Within<T>): void {
    for (const statement of program?.body ?? []) this.#statement(statement, place, inside);
  }

  #statement(statement: Statement, place: Place, inside: Within<T>): void {
    switch (statement.type) {
      case 'MustacheStatement': {
        const path = asPath(statement.path);
        const isCall = hasArguments(statement) || KNOWN_HELPERS.has(helperName(path, place));
        if (isCall) this.#call(statement, place, inside);
        else this.#text(path, place, inside);
        return;
      }
      case 'BlockStatement':
        this.#call(statement, place, inside);
        this.#block(statement, place, inside);
        return;
      case 'PartialStatement':
      case 'PartialBlockStatement':
        this.#partial(statement, place, inside);
        return;
      case 'DecoratorBlock':
        this.#body(statement.program, UNKNOWN, inside);
        return;
      default: // Text and comments read nothing.
    }
  }

  #block(node: BlockStatement, place: Place, inside: Within<T>): void {
    const { program, inverse, params } = node;
    const path = asPath(node.path);
    const name = helperName(path, place);
    const isHelper = hasArguments(node) || KNOWN_HELPERS.has(name);
    // A helper goes on with an empty object where its context is nothing.
    const same = isHelper && place.context.kind === 'nothing' ? { ...UNKNOWN, names: place.names } : place;
    this.#body(inverse, same, inside);
    if (!isHelper && isRawBlock(node)) return;
    if (!isHelper) this.#body(program, inSection(kindOf(path, place), place), inside);
    else if (name !== 'each' && name !== 'with') this.#body(program, same, inside);
    else {
      const [value] = params;
      const given = name === 'with' && value !== undefined ? kindOf(value, place) : 'any';
      // With nothing it never runs.
      const kind = given === 'nothing' ? 'any' : given;
      const { blockParams = [] } = program ?? {};
      const names = new Map(place.names);
      for (const [index, each] of blockParams.entries()) names.set(each, index === 0 ? kind : 'any');
      this.#body(program, within(place, kind, names), inside);
    }
  }

  #call(node: Arguments & { readonly path: Callee }, place: Place, inside: Within<T>): void {
    const { params, hash } = node;
    for (const each of argumentsOf(node)) if (each.type === 'SubExpression') this.#call(each, place, inside);
    const name = helperName(asPath(node.path), place);
    const [first, second] = params;
    const option = (wanted: string) => hash?.pairs.find(({ key }) => key === wanted)?.value;
    if (name === 'role' || name === 'section') this.#needed(first, place, inside);
    if (name === 'role' && first?.type === 'PathExpression' && kindOf(first, place) === 'scalar')
      inside.report(noRole(first));
    if (name === 'json' && first !== undefined) this.#given(first, place, inside);
    if (name === 'lookup') this.#text(second, place, inside);
    if (name === 'role') for (const { value } of hash?.pairs ?? []) this.#text(value, place, inside);
    if (name === 'media') {
      this.#needed(option('url'), place, inside);
      this.#text(option('contentType'), place, inside);
    }
  }

  /** Where a text is written, and nothing as well. */
  #text(value: Expression | undefined, place: Place, inside: Within<T>): void {
    if (value?.type !== 'PathExpression') return;
    const kind = kindOf(value, place);
    if (!isObject(kind)) return;
    inside.report({
      code: 'not-text',
      message: kind === 'inputs' ? allInputs(value.original) : anObject(value.original),
      node: value,
      path: value.original,
      kind,
      isLinked: false,
    });
  }

  /** Where there must be a value. */
  #given(value: Expression, place: Place, inside: Within<T>): void {
    // The checker of helpers reports literals.
    if (kindOf(value, place) !== 'nothing' || isNothing(value)) return;
    const path = value.type === 'PathExpression' ? value : undefined;
    const message = path?.depth ? nothingAbove(path) : neverGiven(path?.original);
    const written = path?.original ?? 'lookup';
    inside.report({
      code: 'wrong-arguments',
      message,
      node: value,
      path: written,
      kind: 'nothing',
      isLinked: false,
    });
  }

  #needed(value: Expression | undefined, place: Place, inside: Within<T>): void {
    if (value === undefined) return;
    this.#given(value, place, inside);
    this.#text(value, place, inside);
  }

  #partial(node: PartialStatement | PartialBlockStatement, place: Place, inside: Within<T>): void {
    for (const each of argumentsOf(node)) if (each.type === 'SubExpression') this.#call(each, place, inside);
    if (node.type === 'PartialBlockStatement') this.#body(node.program, UNKNOWN, inside);
    if (node.name.type === 'SubExpression') return;
    if (node.name.original === PARTIAL_BLOCK) {
      inside.onBlock?.(kindOfContext(node, place));
      return;
    }
    const reference = String(node.name.original);
    const { template } = inside;
    const isLinked = !inspectTemplate(template.tree).inlineNames.has(reference);
    const linked = isLinked ? this.#templates.partial(template, reference) : undefined;
    const body = isLinked ? linked?.tree : this.#inline(template.tree, reference);
    if (body === undefined) return;
    const kind = kindOfContext(node, place);
    const at = isLinked ? top(kind) : { ...UNKNOWN, context: { kind, above: 'unknown' as const } };
    const called = linked ?? template;
    if (node.type === 'PartialBlockStatement') {
      const report = (fault: Fault) => inside.report({ ...fault, isLinked: fault.isLinked || isLinked });
      for (const each of this.#blockKindsOf(body, kind, at, called))
        this.#blockOf(node.program, each, place, { ...inside, report });
    }
    const fault = this.#faultIn(body, kind, at, called);
    if (fault === undefined) return;
    const { code, path } = fault;
    const message = wrongCall(reference, fault);
    inside.report({ code, message, node: node.name, path, kind: fault.kind, isLinked });
  }

  /** The first in the body of a partial that the context it is called with brings about. */
  #faultIn(body: Program, kind: Kind, place: Place, template: T): Fault | undefined {
    const known = this.#called.get(body) ?? new Map<Kind, Fault | undefined>();
    this.#called.set(body, known);
    if (known.has(kind)) return known.get(kind);
    known.set(kind, undefined);
    let first: Fault | undefined;
    this.#body(body, place, {
      template,
      report: fault => {
        first ??= fault;
      },
    });
    known.set(kind, first);
    return first;
  }

  /** The kinds of context that the body of a partial calls its caller's block with. */
  #blockKindsOf(body: Program, kind: Kind, place: Place, template: T): ReadonlySet<Kind> {
    const known = this.#blockKinds.get(body) ?? new Map<Kind, ReadonlySet<Kind>>();
    this.#blockKinds.set(body, known);
    const found = known.get(kind);
    if (found !== undefined) return found;
    const kinds = new Set<Kind>();
    known.set(kind, kinds);
    this.#body(body, place, { template, report: () => {}, onBlock: each => kinds.add(each) });
    return kinds;
  }

  /** The block that is given to a partial, which calls it with `kind`. */
  #blockOf(program: Program, kind: Kind, { names }: Place, inside: Within<T>): void {
    const seen = this.#blocks.get(program) ?? new Set<Kind>();
    this.#blocks.set(program, seen);
    if (seen.has(kind)) return;
    seen.add(kind);
    const parameters = new Map([...names.keys()].map(name => [name, 'any' as const]));
    this.#body(program, { context: { kind, above: 'unknown' }, names: parameters }, inside);
  }

  /** The body that a template gives an inline partial; undefined where a name has several. */
  #inline(tree: Program, name: string): Program | undefined {
    const known = this.#inlines.get(tree);
    if (known !== undefined) return known.get(name);
    const bodies = new Map<string, Program | undefined>();
    for (const statement of statementsOf(tree)) {
      const defined = nameOfInline(statement);
      if (defined === undefined || statement.type !== 'DecoratorBlock') continue;
      bodies.set(defined, bodies.has(defined) ? undefined : statement.program);
    }
    this.#inlines.set(tree, bodies);
    return bodies.get(name);
  }
}

function top(kind: Kind): Place {
  return { context: { kind, above: undefined }, names: new Map() };
}

/** Of `{{#name}}`: what is true goes on with the context around it. */
function inSection(kind: Kind, place: Place): Place {
  if (kind === 'any' || kind === 'nothing' || kind === 'scalar')
    return { names: place.names, context: { kind: 'any', above: aboveOrHere(place.context) } };
  return within(place, kind);
}

/** The kind of context that a partial is called with; with named arguments it is a new object. */
function kindOfContext(node: PartialStatement | PartialBlockStatement, place: Place): Kind {
  if (node.hash !== undefined && node.hash !== null) return 'object';
  const [given] = node.params;
  return given === undefined ? place.context.kind : kindOf(given, place);
}

function noRole(node: PathExpression): Fault {
  const { original: path } = node;
  const message = `"${path}" is a number or a boolean here, which is not a role. Use "system", "user", "model" or "tool".`;
  return { code: 'unknown-role', message, node, path, kind: 'scalar', isLinked: false };
}

function allInputs(path: string): string {
  return `"${path}" means all inputs together here, which is not text. Name one of them, as in {{name}}, or write {{json ${path}}}.`;
}

function anObject(path: string): string {
  return `"${path}" is always an object here, which is not text. Name one of its properties, or write {{json ${path}}}.`;
}

function nothingAbove({ original }: PathExpression): string {
  return `There is no outer context here, so "${original}" has no value. Remove "../".`;
}

function neverGiven(path: string | undefined): string {
  return `${path === undefined ? 'This' : `"${path}"`} never has a value here: its context has no property of this name. Name a variable.`;
}

function wrongCall(reference: string, { kind, path }: Fault): string {
  if (kind === 'scalar')
    return `The partial "${reference}" uses "${path}" as a role, but with this context it is a number or a boolean. Pass a role.`;
  const what = kind === 'inputs' ? 'all inputs together' : 'an object';
  return kind === 'nothing'
    ? `The partial "${reference}" needs a value for "${path}", but with this context it has none. Pass the context that it reads, as in {{> ${reference} name}}.`
    : `The partial "${reference}" writes "${path}" as text, but with this context that is ${what}. Pass what it writes, as in {{> ${reference} name}}.`;
}
