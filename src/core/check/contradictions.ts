/**
 * Finds tags that no input can make right because of other tags that run with them, or of the branch that they are in:
 * `{{order}}` needs a text and `{{json order.id}}` an object, and `{{#unless order}}` has neither. Tags in different
 * branches do not contradict each other, and a body that never runs contradicts nothing.
 */
import { MAX_NESTING } from '../evaluate/max-nesting.ts';
import {
  type BlockStatement,
  isBefore,
  isRawBlock,
  type Node,
  type PartialBlockStatement,
  type PartialStatement,
  type Program,
  type Statement,
} from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import { BlockBranches, type BlockScope, entered, withCall } from './block-branches.ts';
import { type ContradictionFault, contradictionFault, placeOf } from './contradiction-faults.ts';
import { MAX_ERRORS, type TemplateError } from './finding.ts';
import { inlineBody } from './inline-partials.ts';
import { type InputValue, inputValue, rootValue } from './input-value.ts';
import { inspectTemplate } from './inspect-template.ts';
import { type Conflict, KnownValues, type Need } from './known-values.ts';
import type { ParsedTemplate, Templates } from './partial-blocks.ts';
import { needsOf } from './value-needs.ts';
import { OBJECTS } from './value-sorts.ts';

/** Sorted by position. */
export function contradictions(template: ParsedTemplate, isPrompt: boolean): readonly TemplateError[] {
  return errorsOf(template, isPrompt, { partial: () => undefined }, ({ isLinked }) => !isLinked);
}

/** The contradictions at, or because of, calls of partials in other files. */
export function contraryCalls<T extends ParsedTemplate>(
  template: T,
  isPrompt: boolean,
  templates: Templates<T>,
): readonly TemplateError[] {
  return errorsOf(template, isPrompt, templates, ({ isLinked }) => isLinked);
}

function errorsOf<T extends ParsedTemplate>(
  template: T,
  isPrompt: boolean,
  templates: Templates<T>,
  isWanted: (fault: ContradictionFault) => boolean,
): readonly TemplateError[] {
  const walk = new Walk(isPrompt, template, templates);
  walk.template();
  const lines = lineStarts(template.text);
  return walk.faults
    .filter(isWanted)
    .map(({ node: { loc }, code, message }) => ({
      code,
      message,
      start: offsetOf(lines, loc.start.line, loc.start.column),
      end: offsetOf(lines, loc.end.line, loc.end.column),
    }))
    .sort((one, other) => one.start - other.start);
}

/** Where a body is evaluated: in a template, or in a partial that it calls. */
interface Place<T> extends BlockScope {
  readonly template: T;
  /** The number of nested calls of partials. */
  readonly depth: number;
}

/** The blocks beside the one that a body belongs to, and those around them. */
interface Siblings<T> {
  readonly blocks: readonly BlockStatement[];
  readonly except: Statement;
  readonly place: Place<T>;
  readonly around: Siblings<T> | undefined;
}

type OnConflict = (conflict: Conflict) => void;

class Walk<T extends ParsedTemplate> {
  readonly faults: ContradictionFault[] = [];
  readonly #isPrompt: boolean;
  readonly #template: T;
  readonly #templates: Templates<T>;
  readonly #root: InputValue;
  readonly #reported = new Set<Node>();
  readonly #branches = new BlockBranches();
  /** The depth of nested blocks whose needs are being collected for a body around or beside them. */
  #nesting = 0;
  /** The number of statements whose needs may still be collected for other bodies. */
  #budget = MAX_STATEMENTS;

  readonly #settling = { left: MAX_SETTLED };

  constructor(isPrompt: boolean, template: T, templates: Templates<T>) {
    this.#isPrompt = isPrompt;
    this.#root = rootValue('root');
    this.#template = template;
    this.#templates = templates;
  }

  template(): void {
    // In a prompt, "@root" is the context; in a partial, it is another value.
    const context = this.#isPrompt ? this.#root : rootValue('context');
    const place = this.#placeWith(context, { template: this.#template, call: undefined, depth: 0 });
    this.#body(this.#template.tree, place, this.#inputs(), undefined);
  }

  #placeWith(context: InputValue, place: Pick<Place<T>, 'template' | 'call' | 'depth'>): Place<T> {
    return { ...place, context, isOfHelper: false, above: undefined, root: this.#root, names: new Map() };
  }

  #inputs(): KnownValues {
    const known = new KnownValues(this.#settling);
    known.set(this.#root, OBJECTS);
    return known;
  }

  /** @param known what is known before its own tags, such as from the condition of its block */
  #body(
    program: Program | undefined,
    place: Place<T>,
    known: KnownValues,
    siblings: Siblings<T> | undefined,
  ): void {
    if (program === undefined || this.faults.length >= MAX_ERRORS) return;
    const report: OnConflict = conflict => this.#report(conflict);
    let isPossible = true;
    // If the siblings conflict anyway, this body is not the cause.
    this.#collectSiblings(siblings, known, () => {
      isPossible = false;
    });
    if (!isPossible) return;
    this.#collect(program, place, known, report);
    this.#collectSiblings(siblings, known, report);
    const blocks = program.body.filter(statement => statement.type === 'BlockStatement');
    for (const except of program.body)
      this.#within(except, place, known, { blocks, except, place, around: siblings });
  }

  /** Adds the needs of the blocks beside a body that run whenever it does. */
  #collectSiblings(siblings: Siblings<T> | undefined, known: KnownValues, onConflict: OnConflict): void {
    for (let at = siblings; at !== undefined; at = at.around)
      for (const block of at.blocks) {
        if (this.#budget <= 0) return;
        if (block !== at.except) this.#collectCertain(block, at.place, known, onConflict);
      }
  }

  /** Adds what a body needs whenever it is evaluated. */
  #collect(program: Program, place: Place<T>, known: KnownValues, onConflict: OnConflict): void {
    const report = (conflict: Conflict | undefined): void => {
      if (conflict !== undefined) onConflict(conflict);
    };
    for (const statement of program.body) {
      for (const need of needsOf(statement, place)) report(known.add(withCall(need, place)));
      if (statement.type === 'PartialStatement' || statement.type === 'PartialBlockStatement')
        this.#collectPartial(statement, place, known, onConflict);
    }
    report(known.settle());
    for (const statement of program.body)
      if (statement.type === 'BlockStatement') this.#collectCertain(statement, place, known, onConflict);
  }

  /** Adds what a partial needs whenever it is called. */
  #collectPartial(
    node: PartialStatement | PartialBlockStatement,
    { template, call: caller, depth, ...scope }: Place<T>,
    known: KnownValues,
    onConflict: OnConflict,
  ): void {
    if (node.name.type === 'SubExpression' || depth >= MAX_CALLS || this.#budget <= 0) return;
    const reference = String(node.name.original);
    const isLinked = !inspectTemplate(template.tree).inlineNames.has(reference);
    const linked = isLinked ? this.#templates.partial(template, reference) : undefined;
    const inline = isLinked ? undefined : inlineBody(template.tree, node);
    const program = linked?.tree ?? inline?.program;
    if (program === undefined) return;
    this.#budget -= program.body.length;
    const [given] = node.params;
    const pairs = node.hash?.pairs ?? [];
    const passed = given === undefined ? scope.context : inputValue(given, scope);
    const context = (pairs.length > 0 ? undefined : passed) ?? this.#branches.newContext();
    const values = new Map(pairs.map(({ key, value }) => [key, inputValue(value, scope)]));
    const call = caller ?? { node: node.name, reference, isLinked };
    const place = this.#placeWith(context, {
      template: linked ?? template,
      call: isLinked ? { ...call, isLinked } : call,
      depth: depth + 1,
    });
    const names = new Map(inline?.names.map(name => [name, undefined]));
    const isOfHelper = given === undefined && scope.isOfHelper;
    const args = pairs.length > 0 ? { context, values } : scope.given;
    this.#collect(program, { ...place, names, isOfHelper, given: args }, known, onConflict);
  }

  /** Adds the needs of a block if only one of its bodies can run. */
  #collectCertain(block: BlockStatement, place: Place<T>, known: KnownValues, onConflict: OnConflict): void {
    if (--this.#budget < 0 || this.#nesting >= MAX_NESTING) return;
    const branches = this.#branches.of(block, place, known);
    if (!branches.some(({ needs }) => needs.length > 0)) return;
    const running = branches.filter(branch => entered(branch, known) !== undefined);
    const [certain] = running;
    if (running.length !== 1 || certain?.program === undefined) return;
    this.#budget -= certain.program.body.length;
    for (const need of certain.needs) known.add(need);
    this.#nesting += 1;
    this.#collect(certain.program, certain.scope, known, onConflict);
    this.#nesting -= 1;
  }

  /** Checks the bodies of a statement. */
  #within(statement: Statement, place: Place<T>, known: KnownValues, siblings: Siblings<T>): void {
    if (statement.type === 'BlockStatement') {
      if (isRawBlock(statement)) return;
      for (const branch of this.#branches.of(statement, place, known)) {
        if (branch.program === undefined) continue;
        const inside = entered(branch, known);
        if (inside !== undefined) this.#body(branch.program, branch.scope, inside, siblings);
      }
    }
    const elsewhere = () => ({
      ...place,
      context: this.#branches.newContext(),
      isOfHelper: false,
      above: undefined,
    });
    if (statement.type === 'PartialBlockStatement')
      this.#body(statement.program, elsewhere(), new KnownValues(known), siblings);
    // It may be called from anywhere.
    if (statement.type === 'DecoratorBlock')
      this.#body(statement.program, elsewhere(), this.#inputs(), undefined);
  }

  #report(conflict: Conflict): void {
    const { need, other } = conflict;
    // A value that is wrong whatever the other tags need is reported elsewhere.
    if (other === undefined || conflict.at.key === this.#root.key) return;
    if (need.call !== undefined && need.call.node === other.call?.node) return;
    // The condition of a branch is the reason; of two tags, the first is.
    const isReason =
      isCondition(need) || (isBefore(placeOf(need).start, placeOf(other).start) && !isCondition(other));
    const [reported, reason] = isReason ? [other, need] : [need, other];
    const { linesBefore = 0 } = this.#template;
    const fault = contradictionFault({ at: conflict.at, need: reported, other: reason }, linesBefore);
    if (isCondition(reported) || this.#reported.has(fault.node)) return;
    this.#reported.add(fault.node);
    this.faults.push(fault);
  }
}

function isCondition({ as }: Need): boolean {
  return typeof as === 'object';
}

/** Calls of partials that nest deeper are ignored. */
const MAX_CALLS = 8;
/**
 * In one template. Above this number, each body is only compared with those around it, because there may be many
 * branches beside many blocks.
 */
const MAX_STATEMENTS = 20_000;
/** How often needs of one template are applied again, when more is known. */
const MAX_SETTLED = 500_000;
