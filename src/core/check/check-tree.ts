/** Finds errors in a parsed template: calls that no input can make right, even in branches that never run. */
import { HELPERS } from '../helpers.ts';
import { INTERNAL_HELPERS, KNOWN_HELPERS } from '../known-helpers.ts';
import {
  type Arguments,
  argumentsOf,
  asPath,
  type BlockStatement,
  type Callee,
  type Decorator,
  type Expression,
  hasArguments,
  isSimple,
  type Literal,
  type Node,
  type PartialBlockStatement,
  type PartialStatement,
  type PathExpression,
  type Program,
  type Statement,
} from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import { checkHelper, type Form, type HelperFault, wordsOf } from './check-helper.ts';
import { strangeName } from './check-name.ts';
import { checkNumber, checkNumberWord } from './check-number.ts';
import { MAX_ERRORS, type TemplateError } from './finding.ts';
import { foreignPath, hasOperator, OPERATOR } from './foreign-syntax.ts';
import { nameOfInline, PARTIAL_BLOCK } from './inline-partials.ts';
import { inspectTemplate } from './inspect-template.ts';
import {
  COMPUTED_NAME,
  foreignEnd,
  givenTwice,
  internal,
  literalPath,
  noHelper,
  notElse,
  taken,
  undefinedPartial,
  unknownHelper,
} from './name-faults.ts';

/** Errors sorted by position. `text` is the source of `tree`. */
export function checkTree(tree: Program, text: string): readonly TemplateError[] {
  const checker = new Checker(tree, text);
  checker.program(tree, undefined);
  return checker.errors.sort((one, other) => one.start - other.start);
}

/** The scope of a body. */
interface Scope {
  /** Block parameters. */
  readonly params: ReadonlySet<string>;
  /** Partials that it defines. */
  readonly inlines: ReadonlySet<string>;
  readonly above: Scope | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** Returns whether a body, or one around it, defines a name. */
function has(scope: Scope | undefined, kind: 'params' | 'inlines', name: string): boolean {
  for (let at = scope; at !== undefined; at = at.above) if (at[kind].has(name)) return true;
  return false;
}

class Checker {
  readonly errors: TemplateError[] = [];
  readonly #text: string;
  readonly #lines: readonly number[];
  readonly #inlineNames: ReadonlySet<string>;

  constructor(tree: Program, text: string) {
    this.#text = text;
    this.#lines = lineStarts(text);
    this.#inlineNames = inspectTemplate(tree).inlineNames;
  }

  program(program: Program | undefined | null, around: Scope | undefined): void {
    if (program === undefined || program === null) return;
    const { blockParams = [], body } = program;
    const scope: Scope = {
      params: blockParams.length === 0 ? NONE : new Set(blockParams),
      inlines:
        this.#inlineNames.size === 0
          ? NONE
          : new Set(body.flatMap(statement => nameOfInline(statement) ?? [])),
      above: around,
    };
    for (const statement of body) {
      if (this.errors.length >= MAX_ERRORS) return;
      this.#statement(statement, scope);
    }
  }

  #statement(statement: Statement, scope: Scope): void {
    switch (statement.type) {
      case 'MustacheStatement':
        this.#call(statement, statement.path, 'value', scope);
        return;
      case 'BlockStatement':
        this.#block(statement, scope);
        return;
      case 'PartialStatement':
      case 'PartialBlockStatement':
        this.#partial(statement, scope);
        return;
      case 'Decorator':
      case 'DecoratorBlock':
        this.#decorator(statement, scope);
        return;
      default: // Text and comments are always right.
    }
  }

  #block(block: BlockStatement, scope: Scope): void {
    const isHelper = this.#call(block, block.path, 'block', scope);
    if (isHelper !== undefined) this.#blockParams(block, isHelper);
    const { program, inverse } = block;
    this.program(program, scope);
    this.program(inverse, scope);
  }

  /** Only {{#each}} and {{#with}} fill the names in `as |…|`, and not for their inverse. */
  #blockParams(block: BlockStatement, isHelper: boolean): void {
    const { program, inverse } = block;
    const names = program?.blockParams ?? inverse?.blockParams ?? [];
    if (names.length === 0 && !inverse?.blockParams?.length) return;
    const name = asPath(block.path).original;
    const fills = isHelper && HELPERS.get(name)?.blockParams !== undefined;
    const last = [block.path as Node, ...argumentsOf(block)].map(node => this.#placeOf(node).end);
    const bar = this.#text.indexOf('|', Math.max(...last)) + 1;
    if ((fills || !program?.blockParams?.length) && !inverse?.blockParams?.length) {
      this.#namesOfBlock(name, names, bar);
      return;
    }
    const start = bar + (/^\s*/.exec(this.#text.slice(bar, bar + 200))?.[0].length ?? 0);
    const [first = ''] = names;
    const message = fills
      ? `"${name}" has no value where there is no item: remove "as |…|", or write {{#${name} …}} instead of {{^${name} …}}.`
      : `"${name}" gives its body no values: only {{#each}} and {{#with}} fill the names in "as |…|", as in "{{#each items as |item|}}…{{/each}}".`;
    this.#report({ code: 'wrong-arguments', message }, { start, end: start + first.length });
  }

  /** Checks for names in `as |…|` that no path can read. @param bar the start of the names */
  #namesOfBlock(helper: string, names: readonly string[], bar: number): void {
    const { length: given } = HELPERS.get(helper)?.blockParams ?? [];
    const wrong = names.findIndex((name, index) => index >= given || names.indexOf(name) < index);
    const name = names[wrong];
    if (name === undefined) return;
    let start = bar;
    for (const each of names.slice(0, wrong + 1)) start = this.#text.indexOf(each, start) + each.length;
    const message =
      wrong >= given
        ? `"${helper}" gives ${given === 1 ? 'one value' : 'two values, the item and its index or key'}: remove "${name}" from "as |…|".`
        : `"${name}" is named twice in "as |…|": give one of them another name.`;
    this.#report({ code: 'wrong-arguments', message }, { start: start - name.length, end: start });
  }

  /** @returns true if it calls a helper; undefined if the call is wrong */
  #call(node: Node & Arguments, callee: Callee, form: Form, scope: Scope): boolean | undefined {
    let isForeign = this.#isForeign(callee);
    for (const param of node.params) if (this.#isForeign(param)) isForeign = true;
    if (isForeign || this.#isCutOff(node, callee)) return undefined;
    if (isOfBlock(callee) && (form !== 'block' || hasArguments(node) || !isBlockName(callee))) {
      this.#report(USE_OF_BLOCK, this.#placeOf(callee));
      return undefined;
    }
    const { fault, isHelper } = this.#faultOf(node, callee, form, scope);
    if (fault !== undefined) this.#report(fault, this.#placeOf(fault.node ?? callee));
    const isAsked = isHelper && (callee.original === 'if' || callee.original === 'unless');
    this.#arguments(node, scope, isAsked ? node.params[0] : undefined);
    return fault === undefined ? isHelper : undefined;
  }

  #faultOf(
    node: Arguments,
    callee: Callee,
    form: Form,
    scope: Scope,
  ): { readonly fault: HelperFault | undefined; readonly isHelper: boolean } {
    if (callee.type !== 'PathExpression')
      return { fault: literalPath(this.#nameOf(callee), node), isHelper: false };
    const [name = ''] = callee.parts;
    const isName = isSimple(callee) && !callee.data;
    const isParameter = isName && has(scope, 'params', name);
    const isKnown = isName && !isParameter && KNOWN_HELPERS.has(name);
    // Handlebars reads "@if" as "if" at the start of a block.
    const isTaken = form === 'block' && callee.data && isSimple(callee) && KNOWN_HELPERS.has(name);
    const isHelper = isKnown || form === 'argument' || hasArguments(node) || isTaken;
    if (!isHelper)
      return { fault: notElse(this.#written(callee), form) ?? foreignEnd(callee.original), isHelper };
    if (isTaken && !hasArguments(node)) return { fault: taken(name), isHelper };
    if (!isName || isParameter) return { fault: noHelper(callee.original, node), isHelper };
    const helper = HELPERS.get(name);
    if (helper !== undefined) return { fault: checkHelper(helper, node, form), isHelper };
    return { fault: INTERNAL_HELPERS.has(name) ? internal(name) : unknownHelper(callee, node), isHelper };
  }

  /** @param condition the argument that an `{{#if}}` or `{{#unless}}` tests */
  #arguments(of: Arguments, scope: Scope, condition?: Expression): void {
    this.#repeated(of);
    for (const expression of argumentsOf(of))
      if (expression.type === 'SubExpression') this.#call(expression, expression.path, 'argument', scope);
      else if (isOfBlock(expression) && !(expression === condition && isBlockName(expression)))
        this.#report(USE_OF_BLOCK, this.#placeOf(expression));
      else if (!this.#isForeign(expression)) this.#number(expression);
  }

  /** Reports repeated named arguments: implementations disagree on which one counts. */
  #repeated({ hash }: Arguments): void {
    const pairs = hash?.pairs ?? [];
    if (pairs.length < 2) return;
    const names = new Set<string>();
    for (const pair of pairs) {
      const { key } = pair;
      if (names.has(key))
        this.#report({ code: 'wrong-arguments', message: givenTwice(key) }, this.#placeOf(pair));
      names.add(key);
    }
  }

  /** Checks an argument or a partial's name that is a number or looks like one. */
  #number(expression: Expression): void {
    if (expression.type !== 'NumberLiteral' && expression.type !== 'PathExpression') return;
    const place = this.#placeOf(expression);
    const written = this.#text.slice(place.start, place.end);
    const fault =
      expression.type === 'NumberLiteral' ? checkNumber(written, expression.value) : checkNumberWord(written);
    if (fault !== undefined) this.#report(fault, place);
  }

  /** Reports a path in another template language's syntax, or one that cannot be meant; returns true if it did. */
  #isForeign(expression: Expression): boolean {
    if (expression.type !== 'PathExpression') return false;
    const place = this.#placeOf(expression);
    const written = this.#text.slice(place.start, place.end);
    if (PLAIN.test(written)) return false;
    const strange = strangeName(written);
    if (strange !== undefined) {
      const [start, end] = [place.start + strange.start, place.start + strange.end];
      this.#report({ code: 'template-syntax', message: strange.message }, { start, end });
      return true;
    }
    const message = foreignPath(this.#text, place);
    if (message === undefined) return false;
    if (!this.errors.some(({ start }) => start === place.start))
      this.#report({ code: 'foreign-syntax', message }, place);
    return true;
  }

  /** Returns whether a path ends in a dot, which Handlebars reads as an argument of its own: `{{user.}}`. */
  #isCutOff({ params }: Arguments, callee: Callee): boolean {
    if (params.length === 0) return false;
    const words = [callee, ...params];
    const places = words.map(word => this.#placeOf(word));
    const at = places.findIndex(({ start }, index) => index > 0 && start === places[index - 1]?.end);
    const dot = words[at];
    if (dot?.type !== 'PathExpression' || !dot.original.startsWith('.')) return false;
    const { start, end } = places[at] as { start: number; end: number };
    const path = this.#text.slice(places[at - 1]?.start, end);
    const message = `"${path}" is not a valid path: a name is missing beside the dots.`;
    this.#report({ code: 'template-syntax', message }, { start, end });
    return true;
  }

  #partial(node: PartialStatement | PartialBlockStatement, scope: Scope): void {
    const { name } = node;
    const told = (code: 'missing-partial' | 'wrong-arguments', message: string, at: Node): void =>
      this.#report({ code, message }, this.#placeOf(at));
    if (name.type === 'SubExpression') told('missing-partial', COMPUTED_NAME, name);
    else if (/\s/.test(this.#written(name)) && this.#isForeign(name)) return;
    else if (name.type === 'NumberLiteral') this.#number(name);
    else if (node.type === 'PartialStatement') {
      const reference = String(name.original);
      const isMissing = this.#inlineNames.has(reference) && !has(scope, 'inlines', reference);
      if (isMissing && reference !== PARTIAL_BLOCK)
        told('missing-partial', undefinedPartial(reference), name);
    }
    const [, second] = node.params;
    const isOperator = second !== undefined && hasOperator(wordsOf(node));
    if (isOperator) this.#report({ code: 'foreign-syntax', message: OPERATOR }, this.#placeOf(second));
    else if (second !== undefined) told('wrong-arguments', ONE_CONTEXT, second);
    this.#arguments(node, scope);
    if (node.type === 'PartialBlockStatement') this.program(node.program, scope);
  }

  #decorator(decorator: Decorator, scope: Scope): void {
    const { path, params, program } = decorator;
    const [name, second] = params;
    const told = (code: 'unknown-decorator' | 'wrong-arguments', message: string, at: Node): void =>
      this.#report({ code, message }, this.#placeOf(at));
    if (path.original !== 'inline' || decorator.type === 'Decorator')
      told(
        'unknown-decorator',
        path.original === 'inline'
          ? 'An inline partial has a body: write {{#*inline "name"}}…{{/inline}}.'
          : `There is no decorator "${String(path.original)}": {{#*inline "name"}}…{{/inline}} is the only one.`,
        path,
      );
    else if (name?.type !== 'StringLiteral')
      told(
        'wrong-arguments',
        'An inline partial needs a name in quotes: {{#*inline "name"}}…{{/inline}}.',
        path,
      );
    else if (name.value === PARTIAL_BLOCK) told('wrong-arguments', BLOCK_NAME, name);
    else if (second !== undefined)
      told('wrong-arguments', 'An inline partial has one name: {{#*inline "name"}}…{{/inline}}.', second);
    else if (program?.blockParams?.length)
      told('wrong-arguments', 'An inline partial gives its body no values: remove "as |…|".', path);
    this.#arguments(decorator, scope);
    this.program(program, scope);
  }

  #written(node: Node): string {
    const { start, end } = this.#placeOf(node);
    return this.#text.slice(start, end);
  }

  /** The name that Handlebars reads a literal as; numbers as written. */
  #nameOf(literal: Literal): string {
    const { start, end } = this.#placeOf(literal);
    return literal.type === 'NumberLiteral' ? this.#text.slice(start, end) : String(literal.original);
  }

  #placeOf({ loc }: Node): { readonly start: number; readonly end: number } {
    return {
      start: offsetOf(this.#lines, loc.start.line, loc.start.column),
      end: offsetOf(this.#lines, loc.end.line, loc.end.column),
    };
  }

  #report({ code, message, data }: HelperFault, { start, end }: { start: number; end: number }): void {
    this.errors.push({ code, start, end, message, ...(data && { data }) });
  }
}

/** Most paths: they have no character to check for. */
const PLAIN = /^[@\w./]+$/;

const BLOCK_NAME =
  '"@partial-block" is the body of a {{#> name}}…{{/name}}. Give the inline partial another name.';
const USE_OF_BLOCK: HelperFault = {
  code: 'wrong-arguments',
  message:
    '"@partial-block" is the body of a {{#> name}}…{{/name}}. Write it with {{> @partial-block}}, or ask for it with {{#if @partial-block}}.',
};

/** Returns whether a path reads the body that a partial is called with, in any way. */
function isOfBlock(path: Expression): path is PathExpression {
  return path.type === 'PathExpression' && path.data && path.parts[0] === PARTIAL_BLOCK.slice(1);
}

function isBlockName({ original }: PathExpression): boolean {
  return original === PARTIAL_BLOCK;
}

const ONE_CONTEXT =
  'A partial takes one argument, its context. Give the others a name: {{> partial name=value}}.';
