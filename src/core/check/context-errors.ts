/**
 * Finds tags that no input can make right because of their context: outside the blocks that change the context, `this`
 * is all the inputs of a prompt with nothing above it, and a partial has the context that it is called with.
 */
import { MAX_NESTING } from '../evaluate/max-nesting.ts';
import { KNOWN_HELPERS } from '../known-helpers.ts';
import {
  type Arguments,
  argumentsOf,
  asPath,
  type BlockStatement,
  type Callee,
  hasArguments,
  isRawBlock,
  type PartialBlockStatement,
  type PartialStatement,
  type Program,
  type Statement,
} from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import { whichRuns } from './block-runs.ts';
import { ByCall } from './by-call.ts';
import { givenBy, kindOfContext } from './call-context.ts';
import { type ContextFault, wrongCall } from './context-faults.ts';
import {
  aboveOrHere,
  type ContextScope,
  helperName,
  type Item,
  inEach,
  itemsOf,
  kindOf,
  kindOfCall,
  kindOfValue,
  unknownPlace,
  type ValueKind,
  within,
} from './context-kind.ts';
import { MAX_ERRORS, type TemplateError } from './finding.ts';
import { inlineBody, PARTIAL_BLOCK } from './inline-partials.ts';
import { inspectTemplate } from './inspect-template.ts';
import type { ParsedTemplate, Templates } from './partial-blocks.ts';
import { checkValues, checkWritten } from './required-values.ts';

const NO_PARTIALS: Templates<ParsedTemplate> = { partial: () => undefined };

/** The template and context that an evaluation starts from. */
export interface Root {
  /** True if its context is the inputs; a partial's context is its argument. */
  readonly isPrompt: boolean;
  /** The value of `@metadata.prompt`, if the front matter could be read; unknown for a partial. */
  readonly prompt?: ContextScope['prompt'];
}

/** Sorted by position. */
export function contextErrors(tree: ParsedTemplate, root: Root): readonly TemplateError[] {
  return new Walk(NO_PARTIALS).errorsOf(tree, root, ({ isLinked }) => !isLinked);
}

/** The errors at calls of partials in other files. */
export function wrongContexts<T extends ParsedTemplate>(
  tree: T,
  root: Root,
  templates: Templates<T>,
): readonly TemplateError[] {
  return new Walk(templates).errorsOf(tree, root, ({ isLinked }) => isLinked);
}

/** The template that a body belongs to, and what to call for the body's faults and blocks. */
interface Within<T> {
  readonly template: T;
  readonly report: (fault: ContextFault) => void;
  /** Called with the kind of context of each `{{> @partial-block}}`. */
  readonly onBlock?: (kind: ValueKind) => void;
}

class Walk<T extends ParsedTemplate> {
  readonly #templates: Templates<T>;
  /** The first fault in the body of a partial; undefined if there is none, or while it is being checked. */
  readonly #called = new ByCall<ContextFault | undefined>();
  /** The kinds of context with which the body of a partial calls its caller's block. */
  readonly #blockKinds = new ByCall<ReadonlySet<ValueKind>>();
  /** The blocks of partials that were checked. */
  readonly #blocks = new ByCall<true>();
  /** The number of bodies around the one that is being checked. */
  #depth = 0;
  /** The number of times a body was checked for another item. */
  #items = 0;
  /** By inline partial, the place around the body that defines it; undefined if that is the body of a template. */
  readonly #around = new Map<Program, ContextScope | undefined>();

  constructor(templates: Templates<T>) {
    this.#templates = templates;
  }

  errorsOf(
    tree: T,
    { isPrompt, prompt }: Root,
    isTold: (fault: ContextFault) => boolean,
  ): readonly TemplateError[] {
    const lines = lineStarts(tree.text);
    const errors = new Map<string, TemplateError>();
    const report = (fault: ContextFault): void => {
      if (!isTold(fault) || errors.size >= MAX_ERRORS) return;
      const { code, message, node } = fault;
      const [start = 0, end = 0] = [node.loc.start, node.loc.end].map(({ line, column }) =>
        offsetOf(lines, line, column),
      );
      errors.set(`${start} ${end}`, { code, start, end, message });
    };
    const place = isPrompt
      ? top('inputs', { frames: FRAMES, prompt })
      : top('any', { frames: undefined, prompt: undefined });
    this.#body(tree.tree, place, { template: tree, report });
    return [...errors.values()].sort((one, other) => one.start - other.start);
  }

  /** @param around the scope around the body; undefined for a template's body */
  #body(
    program: Program | undefined | null,
    place: ContextScope,
    inside: Within<T>,
    around?: ContextScope,
  ): void {
    // A body that is deeper is never evaluated.
    if (this.#depth >= MAX_NESTING) return;
    this.#depth += 1;
    for (const statement of program?.body ?? [])
      if (statement.type === 'DecoratorBlock') this.#define(statement.program, around);
    for (const statement of program?.body ?? []) this.#statement(statement, place, inside);
    this.#depth -= 1;
  }

  /** For `../`, an inline partial is beside the body that defines it, not in it. */
  #define(program: Program | undefined, around: ContextScope | undefined): void {
    if (program === undefined) return;
    const isOther = this.#around.has(program) && this.#around.get(program)?.context !== around?.context;
    this.#around.set(program, isOther ? unknownPlace({ prompt: around?.prompt }) : around);
  }

  #statement(statement: Statement, place: ContextScope, inside: Within<T>): void {
    switch (statement.type) {
      case 'MustacheStatement': {
        const path = asPath(statement.path);
        const isCall = hasArguments(statement) || KNOWN_HELPERS.has(helperName(path, place));
        if (isCall) this.#call(statement, place, inside);
        checkWritten(path, isCall ? kindOfCall(statement, place) : kindOf(path, place), inside.report);
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
        this.#body(statement.program, unknownPlace(place), inside, unknownPlace(place));
        return;
      default: // Text and comments read nothing.
    }
  }

  #block(node: BlockStatement, place: ContextScope, inside: Within<T>): void {
    const { program, inverse, params } = node;
    const path = asPath(node.path);
    const name = helperName(path, place);
    const isHelper = hasArguments(node) || KNOWN_HELPERS.has(name);
    // Helpers use an empty object if their context has no value.
    const same =
      isHelper && place.context.kind === 'nothing'
        ? { ...place, context: { kind: 'any' as const, above: 'unknown' as const } }
        : place;
    const [value] = params;
    const runs = whichRuns(name, node, isHelper ? value : path, place);
    if (runs !== 'main') this.#body(inverse, same, inside, place);
    if (runs === 'inverse' || (!isHelper && isRawBlock(node))) return;
    if (!isHelper) this.#section(program, kindOf(path, place), place, inside);
    else if (name !== 'each' && name !== 'with') this.#body(program, same, inside, place);
    else {
      const kind = value === undefined ? 'any' : kindOf(value, place);
      if (name === 'with') this.#body(program, withNames(place, kind, program), inside, place);
      else this.#each(program, kind, place, inside);
    }
  }

  /** For `{{#name}}`: a true value keeps the context around it, and a list renders the body for each item. */
  #section(program: Program | undefined, kind: ValueKind, place: ContextScope, inside: Within<T>): void {
    if (Array.isArray(kind)) this.#each(program, kind, place, inside);
    else if (kind === 'scalar:true' || kind === 'boolean') this.#body(program, place, inside, place);
    else if (kind !== 'any') this.#body(program, within(place, kind), inside, place);
    else
      this.#body(
        program,
        { ...inEach(place), context: { kind, above: aboveOrHere(place.context) } },
        inside,
        place,
      );
  }

  #each(program: Program | undefined, items: ValueKind, place: ContextScope, inside: Within<T>): void {
    for (const { kind, position } of this.#itemsOf(items)) {
      const key = position === 'unknown' ? undefined : position.key;
      this.#body(program, inEach(withNames(place, kind, program, key), position), inside, place);
    }
  }

  /** The items of a list to check a body with. All are rendered, so an error for one is an error. */
  #itemsOf(items: ValueKind): readonly (Item | typeof UNKNOWN_ITEM)[] {
    if (typeof items !== 'object') return [UNKNOWN_ITEM];
    const known = itemsOf(items);
    this.#items += known.length - 1;
    return this.#items > MAX_ITEMS ? known.slice(0, 1) : known;
  }

  #call(node: Arguments & { readonly path: Callee }, place: ContextScope, inside: Within<T>): void {
    for (const each of argumentsOf(node)) if (each.type === 'SubExpression') this.#call(each, place, inside);
    checkValues(helperName(asPath(node.path), place), node, place, inside.report);
  }

  #partial(node: PartialStatement | PartialBlockStatement, place: ContextScope, inside: Within<T>): void {
    for (const each of argumentsOf(node)) if (each.type === 'SubExpression') this.#call(each, place, inside);
    if (node.type === 'PartialBlockStatement')
      this.#body(node.program, unknownPlace(place), inside, unknownPlace(place));
    if (node.name.type === 'SubExpression') return;
    if (node.name.original === PARTIAL_BLOCK) {
      // The block can also read the position in the list.
      inside.onBlock?.(typeof place.position === 'object' ? 'any' : kindOfContext(node, place));
      return;
    }
    const reference = String(node.name.original);
    const { template } = inside;
    const isLinked = !inspectTemplate(template.tree).inlineNames.has(reference);
    const linked = isLinked ? this.#templates.partial(template, reference) : undefined;
    const inline = isLinked ? undefined : inlineBody(template.tree, node);
    const body = isLinked ? linked?.tree : inline?.program;
    if (body === undefined) return;
    const kind = kindOfContext(node, place);
    const data = node.type === 'PartialBlockStatement' ? inEach(place, place.position) : place;
    const around = inline && this.#around.get(inline.program);
    const called = around
      ? calledWithin(around, kind, { ...data, names: unknownNames(inline.names) })
      : top(kind, data);
    const at = { ...called, context: { ...called.context, given: givenBy(node, place) } };
    const beside = isLinked ? undefined : unknownPlace(place);
    const callee = linked ?? template;
    if (node.type === 'PartialBlockStatement') {
      const report = (fault: ContextFault) =>
        inside.report({ ...fault, isLinked: fault.isLinked || isLinked });
      for (const each of this.#blockKindsOf(body, at, callee, beside))
        this.#blockOf(node.program, each, place, { ...inside, report });
    }
    const fault = this.#faultIn(body, at, callee, beside);
    if (fault === undefined) return;
    const { code, path } = fault;
    const message = wrongCall(reference, fault, (node.hash?.pairs.length ?? 0) > 0);
    inside.report({ code, message, node: node.name, path, kind: fault.kind, isLinked });
  }

  /** The first fault in the body of a partial that is caused by the context it is called with. */
  #faultIn(body: Program, place: ContextScope, template: T, around?: ContextScope): ContextFault | undefined {
    return this.#called.get(body, place, undefined, () => {
      let first: ContextFault | undefined;
      const report = (fault: ContextFault): void => {
        first ??= fault;
      };
      this.#body(body, place, { template, report }, around);
      return first;
    });
  }

  /** The kinds of context with which the body of a partial calls its caller's block. */
  #blockKindsOf(
    body: Program,
    place: ContextScope,
    template: T,
    around?: ContextScope,
  ): ReadonlySet<ValueKind> {
    const kinds = new Set<ValueKind>();
    return this.#blockKinds.get(body, place, kinds, () => {
      const onBlock = (each: ValueKind) => kinds.add(each);
      this.#body(body, place, { template, report: () => {}, onBlock }, around);
      return kinds;
    });
  }

  /** Checks a block that is passed to a partial, which calls it with a context of `kind`. */
  #blockOf(program: Program, kind: ValueKind, around: ContextScope, inside: Within<T>): void {
    const place = { ...unknownPlace(around), context: { kind, above: 'unknown' as const } };
    this.#blocks.get(program, place, true, () => {
      this.#body(program, place, inside, unknownPlace(place));
      return true;
    });
  }
}

/** The levels of `@` names in a prompt: `@root`, and above it those of the rendering. */
const FRAMES = 2;
/** An item of a list whose contents only rendering can tell. */
const UNKNOWN_ITEM = { kind: 'any', position: 'unknown' } as const;
/** Above this number, only the first item of a list is checked, because lists may be nested. */
const MAX_ITEMS = 16;

function unknownNames(names: readonly string[]): ContextScope['names'] {
  return new Map(names.map(name => [name, 'any' as const]));
}

/** The place in an inline partial that is called with `kind`; `context` is the one around its definition. */
function calledWithin({ context }: ContextScope, kind: ValueKind, place: ContextScope): ContextScope {
  // If the context is nothing, each block in the partial adds a level for "../".
  if (kind === 'any') return { ...place, context: { kind, above: 'unknown' } };
  return within({ ...place, context }, kind);
}

function top(
  kind: ValueKind,
  { frames, prompt, position }: Pick<ContextScope, 'frames' | 'prompt' | 'position'>,
): ContextScope {
  return { context: { kind, above: undefined }, names: new Map(), frames, prompt, position };
}

/** The scope in the body of a block: the first name in `as |…|` is its context, and the second `key`. */
function withNames(
  place: ContextScope,
  kind: ValueKind,
  program: Program | undefined,
  key?: number | string,
): ContextScope {
  const { blockParams = [] } = program ?? {};
  if (blockParams.length === 0) return within(place, kind);
  const names = new Map(place.names);
  for (const [index, each] of blockParams.entries()) names.set(each, index === 0 ? kind : kindOfKey(key));
  return within(place, kind, names);
}

function kindOfKey(key: number | string | undefined): ValueKind {
  return key === undefined ? 'any' : kindOfValue(key);
}
