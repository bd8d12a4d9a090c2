/**
 * A template's tree made to tell what it writes: every value passes through a helper that knows which expression it
 * came from and whether a missing input would stand there.
 */
import Handlebars from 'handlebars';
import { grow } from './bounded-tree.ts';
import { lineStarts, offsetOf } from './template.ts';
import { TEXT_HELPER, textOfValue, withTextValues } from './text-values.ts';
import { type Marks, marked } from './trace-marks.ts';
import { KNOWN_HELPERS } from './variables.ts';

/** Names that no template can spell by accident. */
const TRACE_HELPER = ' trace';
const STATE = ' trace state';

/** Helpers whose text Dotprompt reads itself: marks in it would hide it. */
const STRUCTURAL: ReadonlySet<string> = new Set(['role', 'history', 'media', 'section']);

/** What stands in the template where a value is written; offsets in that template, braces included. */
export interface TracedExpression {
  readonly start: number;
  readonly end: number;
  /** A block is no value itself: it is noted only for the missing inputs it reads. */
  readonly kind: 'value' | 'structure' | 'block';
  /** The inputs whose lack would leave nothing to write: of each the name, as long as it is read from the input itself. */
  readonly reads: readonly string[];
}

export interface TracedTree {
  readonly tree: hbs.AST.Program;
  /** By the number that marks carry. */
  readonly expressions: readonly TracedExpression[];
  /** Whether it marks roles or the place of the history. */
  readonly marksRoles: boolean;
}

/** What one run of a traced tree needs to know. */
export interface TraceState {
  readonly expressions: readonly TracedExpression[];
  /** Required inputs that were not given. */
  readonly missing: ReadonlySet<string>;
  /** None: values are written without marks. */
  readonly marks: Marks | undefined;
  /**
   * Which values get marks: those that wrote something (`written`), the empty and the missing too (`all`), or those
   * again with missing ones marked so that Dotprompt keeps the message they would stand in (`solid`).
   */
  readonly marking: 'written' | 'all' | 'solid';
}

/** What a run needs beside the tree. */
export function traceData(state: TraceState): Readonly<Record<string, unknown>> {
  return { [STATE]: state };
}

/** Its data must be a bounded tree's too. Throws OutputTooLarge from within the rendering. */
export const TRACE_HELPERS: Readonly<Record<string, Handlebars.HelperDelegate>> = {
  [TRACE_HELPER]: (value: unknown, number: number, ...rest: unknown[]): string => {
    const { data } = rest.at(-1) as Handlebars.HelperOptions;
    const state = data[STATE] as TraceState;
    const expression = state.expressions[number];
    const isMissing = expression?.reads.some(
      (name, at) => state.missing.has(name) && lacks(rest[at], name, data.root),
    );
    const text = isMissing || expression?.kind === 'block' ? '' : textOfValue(value);
    grow(data, text);
    if (state.marks === undefined) return text;
    if (text === '' && state.marking === 'written') return text;
    if (isMissing)
      return marked(
        state.marking === 'solid' ? state.marks.solid : '',
        markNumber(number, true),
        state.marks,
      );
    return expression?.kind === 'value' ? marked(text, markNumber(number, false), state.marks) : text;
  },
};

/** What a mark's number says. */
export function readMark(number: number): { readonly expression: number; readonly isMissing: boolean } {
  return { expression: number >> 1, isMissing: (number & 1) === 1 };
}

function markNumber(expression: number, isMissing: boolean): number {
  return expression * 2 + (isMissing ? 1 : 0);
}

/** Whether `context` is the input, or the input with a partial's arguments added, and has no `name`. */
function lacks(context: unknown, name: string, root: unknown): boolean {
  if (typeof context !== 'object' || context === null || typeof root !== 'object' || root === null)
    return false;
  const given = Object.hasOwn(context, name) ? (context as Record<string, unknown>)[name] : undefined;
  if (given !== undefined && given !== null) return false;
  return context === root || Object.keys(root).every(key => Object.hasOwn(context, key));
}

/** The tree of `template`, traced. `missing` names the inputs whose places are to be found. */
export function withTrace(template: string, missing: ReadonlySet<string>): TracedTree {
  const tree = withTextValues(template);
  const lines = lineStarts(template);
  const at = ({ line, column }: hbs.AST.Position) => offsetOf(lines, line, column);
  const expressions: TracedExpression[] = [];
  const blockParams: string[][] = [];
  let marksRoles = false;
  const visitor = new (class extends Handlebars.Visitor {
    override Program(program: hbs.AST.Program): void {
      blockParams.push(program.blockParams ?? []);
      super.Program(program);
      program.body = program.body.flatMap(statement =>
        statement.type === 'BlockStatement' ? withMissing(statement as hbs.AST.BlockStatement) : [statement],
      );
      blockParams.pop();
    }
    override MustacheStatement(node: hbs.AST.MustacheStatement): void {
      const [value] = node.params;
      if ((node.path as hbs.AST.PathExpression).original !== TEXT_HELPER || value === undefined) return;
      const helper = helperOf(value);
      if (helper === 'role' || helper === 'history') marksRoles = true;
      const kind = helper !== undefined && STRUCTURAL.has(helper) ? 'structure' : 'value';
      const traced = trace(value, node.loc, { start: at(node.loc.start), end: at(node.loc.end), kind }, [
        value,
      ]);
      node.path = traced.path;
      node.params = traced.params;
    }
  })();
  visitor.accept(tree);
  return { tree, expressions, marksRoles };

  /** A block, after a place for the mark of what it reads and has not got. */
  function withMissing(block: hbs.AST.BlockStatement): hbs.AST.Statement[] {
    const { params, hash, loc } = block;
    const read = [...params, ...(hash?.pairs ?? []).map(pair => pair.value)];
    const path = block.path as hbs.AST.PathExpression;
    if (!KNOWN_HELPERS.has(path.original)) read.push(path);
    if (!read.some(expression => readsOf(expression).some(([name]) => missing.has(name)))) return [block];
    const last = [...read, path].reduce((end, { loc }) => Math.max(end, at(loc.end)), 0);
    const close = template.indexOf('}}', last);
    const nothing = { type: 'UndefinedLiteral', value: undefined, original: undefined, loc };
    const end = close < 0 ? at(loc.end) : close + 2;
    return [
      trace(nothing as hbs.AST.Expression, loc, { start: at(loc.start), end, kind: 'block' }, read),
      block,
    ];
  }

  function trace(
    value: hbs.AST.Expression,
    loc: hbs.AST.SourceLocation,
    expression: Omit<TracedExpression, 'reads'>,
    read: readonly hbs.AST.Expression[],
  ): hbs.AST.MustacheStatement {
    const reads = read.flatMap(readsOf).filter(([name]) => missing.has(name));
    expressions.push({ ...expression, reads: reads.map(([name]) => name) });
    const contexts = reads.map(([, context]) => context);
    return call([value, number(expressions.length - 1, loc), ...contexts], loc);
  }

  /** The names an expression reads, each with the path of the context it is read from. */
  function readsOf(expression: hbs.AST.Expression): [string, hbs.AST.PathExpression][] {
    if (missing.size === 0) return [];
    if (expression.type === 'SubExpression') {
      const { params, hash } = expression as hbs.AST.SubExpression;
      return [...params, ...(hash?.pairs ?? []).map(pair => pair.value)].flatMap(readsOf);
    }
    if (expression.type !== 'PathExpression') return [];
    const { data, depth, parts, original, loc } = expression as hbs.AST.PathExpression;
    if (data) {
      const [first, name] = parts;
      return first === 'root' && name !== undefined
        ? [[name, path('@root', { data, depth, parts: ['root'] }, loc)]]
        : [];
    }
    const [name] = parts;
    const isScoped = /^\.|this\b/.test(original);
    if (name === undefined || (depth === 0 && !isScoped && blockParams.some(names => names.includes(name))))
      return [];
    const above = Array.from({ length: depth }, () => '..').join('/');
    return [[name, path(above || 'this', { data: false, depth, parts: [] }, loc)]];
  }
}

function helperOf(value: hbs.AST.Expression): string | undefined {
  const called = value.type === 'SubExpression' ? (value as hbs.AST.SubExpression).path : value;
  const { original } = called as hbs.AST.PathExpression;
  return KNOWN_HELPERS.has(original) ? original : undefined;
}

function call(params: hbs.AST.Expression[], loc: hbs.AST.SourceLocation): hbs.AST.MustacheStatement {
  const called = path(TRACE_HELPER, { data: false, depth: 0, parts: [TRACE_HELPER] }, loc);
  const strip = { open: false, close: false };
  return {
    type: 'MustacheStatement',
    path: called,
    params,
    escaped: false,
    strip,
    loc,
  } as unknown as hbs.AST.MustacheStatement;
}

function path(
  original: string,
  of: Pick<hbs.AST.PathExpression, 'data' | 'depth' | 'parts'>,
  loc: hbs.AST.SourceLocation,
): hbs.AST.PathExpression {
  return { type: 'PathExpression', ...of, original, loc };
}

function number(value: number, loc: hbs.AST.SourceLocation): hbs.AST.NumberLiteral {
  return { type: 'NumberLiteral', value, original: value, loc };
}
