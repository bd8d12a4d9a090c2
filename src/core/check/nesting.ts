/**
 * Finds calls of partials in which blocks and partials nest deeper than an evaluation can go, so that some could never
 * be rendered. Partials that use themselves count once; of inline partials with one name, the flattest counts.
 */
import { MAX_NESTING } from '../evaluate/max-nesting.ts';
import type { Node, Program } from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import type { TemplateError } from './finding.ts';
import { nameOfInline, PARTIAL_BLOCK } from './inline-partials.ts';
import type { ParsedTemplate, Templates } from './partial-blocks.ts';

/** A call of a partial takes as much of the engine's stack as two blocks. */
const OF_CALL = 2;
const NO_PARTIALS: Templates<ParsedTemplate> = { partial: () => undefined };

/** Reports the first call of the template's own inline partials that nests too deep. */
export function nestedInlines(root: ParsedTemplate): TemplateError | undefined {
  return deepCall(root, NO_PARTIALS);
}

/** Reports the first call in `root` that nests too deep because of partials in other files. */
export function nestedPartials<T extends ParsedTemplate>(
  root: T,
  templates: Templates<T>,
): TemplateError | undefined {
  return nestedInlines(root) === undefined ? deepCall(root, templates) : undefined;
}

/** The number of tags below which no template and its partials nest too deep. */
export const FEWEST_TAGS = MAX_NESTING / OF_CALL - 1;
export const NESTING_TAG = /\{\{~?\s*(?:[#^>]|else\b)/g;

function deepCall<T extends ParsedTemplate>(root: T, templates: Templates<T>): TemplateError | undefined {
  const depths = new Depths(templates);
  const call = nestingOf(root.tree).body.calls.find(
    each => 1 + each.depth + depths.ofCall(root, each, 0) > MAX_NESTING,
  );
  if (call === undefined) return undefined;
  const lines = lineStarts(root.text);
  const { start, end } = call.name.loc;
  return {
    code: 'too-large',
    start: offsetOf(lines, start.line, start.column),
    end: offsetOf(lines, end.line, end.column),
    message: TOO_DEEP,
  };
}

const TOO_DEEP = `With its partials included, blocks and partials nest deeper than ${MAX_NESTING} from here. Use flatter partials, or look texts up in a list or object.`;

interface Call {
  readonly reference: string;
  readonly name: Node;
  /** The depth of the called body below the body that contains the call. */
  readonly depth: number;
}

interface Body {
  /** The maximum depth of its own blocks. */
  readonly deepest: number;
  readonly calls: readonly Call[];
}

interface Nesting {
  readonly body: Body;
  readonly inlines: ReadonlyMap<string, readonly Body[]>;
}

class Depths<T extends ParsedTemplate> {
  readonly #templates: Templates<T>;
  readonly #known = new Map<Body, number>();
  /** The minimum depth of all inline partials with one name. */
  readonly #flattest = new Map<readonly Body[], number>();

  constructor(templates: Templates<T>) {
    this.#templates = templates;
  }

  /** The maximum depth below the body that a call evaluates. @param level number of calls that led here */
  ofCall(template: T, { reference }: Call, level: number): number {
    // Each call is two levels deep, so there is no need to look further.
    if (level > MAX_NESTING / OF_CALL) return MAX_NESTING;
    const inlines = nestingOf(template.tree).inlines.get(reference);
    if (inlines !== undefined) return this.#flattestOf(template, inlines, level);
    const partial = this.#templates.partial(template, reference);
    return partial === undefined ? 0 : this.#of(partial, nestingOf(partial.tree).body, level);
  }

  #flattestOf(template: T, inlines: readonly Body[], level: number): number {
    let flattest = this.#flattest.get(inlines);
    if (flattest !== undefined) return flattest;
    flattest = inlines.reduce((least, body) => Math.min(least, this.#of(template, body, level)), MAX_NESTING);
    this.#flattest.set(inlines, flattest);
    return flattest;
  }

  #of(template: T, body: Body, level: number): number {
    const known = this.#known.get(body);
    if (known !== undefined) return known;
    this.#known.set(body, 0);
    let { deepest } = body;
    for (const call of body.calls)
      deepest = Math.max(deepest, call.depth + this.ofCall(template, call, level + 1));
    this.#known.set(body, deepest);
    return deepest;
  }
}

const nestings = new WeakMap<Program, Nesting>();

function nestingOf(tree: Program): Nesting {
  const known = nestings.get(tree) ?? read(tree);
  nestings.set(tree, known);
  return known;
}

function read(tree: Program): Nesting {
  const inlines = new Map<string, Body[]>();
  const bodyOf = (body: Program): Body => {
    const calls: Call[] = [];
    let deepest = 0;
    const walk = (program: Program | undefined | null, depth: number): void => {
      deepest = Math.max(deepest, depth);
      for (const statement of program?.body ?? []) {
        const inline = nameOfInline(statement);
        if (inline !== undefined && 'program' in statement && statement.program) {
          const inner = bodyOf(statement.program);
          const named = inlines.get(inline);
          if (named === undefined) inlines.set(inline, [inner]);
          else named.push(inner);
        } else if (statement.type === 'BlockStatement') {
          if (statement.program) walk(statement.program, depth + 1);
          if (statement.inverse) walk(statement.inverse, depth + 1);
        } else if (statement.type === 'PartialStatement' || statement.type === 'PartialBlockStatement') {
          const { name } = statement;
          const reference = name.type === 'SubExpression' ? PARTIAL_BLOCK : String(name.original);
          if (reference !== PARTIAL_BLOCK) calls.push({ reference, name, depth: depth + OF_CALL });
          if (statement.type === 'PartialBlockStatement') walk(statement.program, depth + OF_CALL);
        }
      }
    };
    walk(body, 0);
    return { deepest, calls };
  };
  return { body: bodyOf(tree), inlines };
}
