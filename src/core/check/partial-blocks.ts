/**
 * Finds uses of `{{> @partial-block}}` without a block: a partial that writes it must be called as a block by every
 * caller, direct or indirect.
 */
import { asPath, type BlockStatement, type Node, type Program } from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import type { TemplateError } from './finding.ts';
import { nameOfInline, PARTIAL_BLOCK } from './inline-partials.ts';
import { inspectTemplate } from './inspect-template.ts';

export interface ParsedTemplate {
  readonly tree: Program;
  readonly text: string;
  /** The number of lines of its file before it, for messages that name a line; default: 0. */
  readonly linesBefore?: number;
}

/** Finds the partials that templates use. Each template is always the same object. */
export interface Templates<T extends ParsedTemplate> {
  /** The target of `{{> reference}}` in a template; undefined if it is not found, which is reported elsewhere. */
  partial(of: T, reference: string): T | undefined;
}

/** The calls in `root` that need a block and have none, as nobody calls `root` itself with a block. */
export function missingPartialBlocks<T extends ParsedTemplate>(
  root: T,
  templates: Templates<T>,
): readonly TemplateError[] {
  const graph = new Graph<T>(templates);
  graph.add(root);
  const needing = graph.needing();
  const lines = lineStarts(root.text);
  return bodiesOf(root.tree).body.calls.flatMap(({ node: { loc }, reference }): readonly TemplateError[] => {
    const callee = reference === PARTIAL_BLOCK ? undefined : graph.calleeOf(root, reference);
    if (reference !== PARTIAL_BLOCK && (callee === undefined || !needing.has(callee))) return [];
    return [
      {
        code: 'missing-partial-block',
        start: offsetOf(lines, loc.start.line, loc.start.column),
        end: offsetOf(lines, loc.end.line, loc.end.column),
        message: reference === PARTIAL_BLOCK ? NO_BLOCK : needsBlock(reference),
        data: { name: reference },
      },
    ];
  });
}

const NO_BLOCK =
  '{{> @partial-block}} has no content here: it is the body of a {{#> name}}…{{/name}} that calls this partial.';

function needsBlock(reference: string): string {
  return `The partial "${reference}" writes {{> @partial-block}}, so it needs a body: call it with {{#> ${reference}}}…{{/${reference}}}.`;
}

/** The body of a template or inline partial, which is evaluated with the block of its caller. */
interface CalledBody {
  /** The name of an inline partial; empty for a template. */
  readonly name: string;
  /** The calls without a block of their own. */
  readonly calls: readonly Call[];
}

interface Call {
  readonly node: Node;
  readonly reference: string;
}

interface Bodies {
  readonly inlineNames: ReadonlySet<string>;
  /** All partials that it calls, with or without a block. */
  readonly references: ReadonlySet<string>;
  readonly body: CalledBody;
  readonly inlines: readonly CalledBody[];
}

const known = new WeakMap<Program, Bodies>();

function bodiesOf(tree: Program): Bodies {
  const found = known.get(tree) ?? readBodies(tree);
  known.set(tree, found);
  return found;
}

function readBodies(tree: Program): Bodies {
  const inlines: CalledBody[] = [];
  const references = new Set<string>();
  const read = (program: Program | undefined | null, calls: Call[]): void => {
    for (const statement of program?.body ?? []) {
      if (statement.type === 'PartialStatement' || statement.type === 'PartialBlockStatement') {
        const reference = statement.name.type === 'SubExpression' ? '' : String(statement.name.original);
        references.add(reference);
        if (statement.type === 'PartialStatement') calls.push({ node: statement, reference });
        else read(statement.program, calls);
      } else if (statement.type === 'DecoratorBlock') {
        const inline = { name: nameOfInline(statement) ?? '', calls: [] };
        read(statement.program, inline.calls);
        inlines.push(inline);
      } else if (statement.type === 'BlockStatement') {
        // Where a block is known to be given, calls need none.
        const guarded = whereGiven(statement);
        read(statement.program, guarded === 'program' ? [] : calls);
        read(statement.inverse, guarded === 'inverse' ? [] : calls);
      }
    }
  };
  const body = { name: '', calls: [] };
  read(tree, body.calls);
  return { inlineNames: inspectTemplate(tree).inlineNames, references, body, inlines };
}

/** The body of a block that is only evaluated if the caller passes a block, as in `{{#if @partial-block}}`. */
function whereGiven({ path, params }: BlockStatement): 'program' | 'inverse' | undefined {
  const { original: name } = asPath(path);
  if (name === PARTIAL_BLOCK && params.length === 0) return 'program';
  const [asked] = params;
  if (asked?.type !== 'PathExpression' || asked.original !== PARTIAL_BLOCK) return undefined;
  return name === 'if' ? 'program' : name === 'unless' ? 'inverse' : undefined;
}

/** A template's body, or all its inline partials of one name: only rendering can tell which one is called. */
type Callee = object;

class Graph<T extends ParsedTemplate> {
  readonly #templates: Templates<T>;
  readonly #inlines = new Map<T, Map<string, Callee>>();
  readonly #added = new Set<T>();
  /** The callers, by callee. */
  readonly #callers = new Map<Callee, Callee[]>();
  readonly #writing = new Set<Callee>();

  constructor(templates: Templates<T>) {
    this.#templates = templates;
  }

  /** Adds a template and the partials it calls, and theirs. */
  add(root: T): void {
    const waiting = [root];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#added.has(next)) continue;
      this.#added.add(next);
      const { inlineNames, references, body, inlines } = bodiesOf(next.tree);
      this.#note(next, body, next);
      for (const inline of inlines) this.#note(next, inline, this.#inline(next, inline.name));
      for (const reference of references) {
        const partial = inlineNames.has(reference) ? undefined : this.#templates.partial(next, reference);
        if (partial !== undefined) waiting.push(partial);
      }
    }
  }

  /** The target of a reference in a template; undefined if it is not found. */
  calleeOf(template: T, reference: string): Callee | undefined {
    const { inlineNames } = bodiesOf(template.tree);
    return inlineNames.has(reference)
      ? this.#inline(template, reference)
      : this.#templates.partial(template, reference);
  }

  /** All callees that write their caller's block, or call one that does. */
  needing(): ReadonlySet<Callee> {
    const needing = new Set(this.#writing);
    // Iterating over a set includes what is added meanwhile.
    for (const callee of needing) for (const caller of this.#callers.get(callee) ?? []) needing.add(caller);
    return needing;
  }

  #inline(template: T, name: string): Callee {
    const inlines = this.#inlines.get(template) ?? new Map<string, Callee>();
    this.#inlines.set(template, inlines);
    const inline = inlines.get(name) ?? {};
    inlines.set(name, inline);
    return inline;
  }

  #note(template: T, { calls }: CalledBody, caller: Callee): void {
    for (const { reference } of calls) {
      if (reference === PARTIAL_BLOCK) this.#writing.add(caller);
      const callee = reference === PARTIAL_BLOCK ? undefined : this.calleeOf(template, reference);
      if (callee === undefined) continue;
      const callers = this.#callers.get(callee);
      if (callers === undefined) this.#callers.set(callee, [caller]);
      else callers.push(caller);
    }
  }
}
