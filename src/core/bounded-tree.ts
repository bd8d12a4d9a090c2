/**
 * A template's tree that counts what it writes while it runs, and ends when that is too much. A loop in a loop, or a
 * text quoted again and again, asks for more memory than there is long before it has taken a second.
 */
import Handlebars from 'handlebars';

/** Names that no template can spell by accident. */
const SIZE_HELPER = ' size';
const INDENT_HELPER = ' indent';
const BOUNDED_HELPER = ' bounded';
const GROWTH = ' growth';

/** Rendered text grew over what was allowed. */
export class OutputTooLarge extends Error {
  override readonly name = 'OutputTooLarge';
}

/** What one run has written; lengths in UTF-16 code units. */
export interface Growth {
  readonly maxLength: number;
  length: number;
  /** How many values, empty ones too. */
  values: number;
  /** What Handlebars puts before each line of the partials it is in. */
  indent: number;
}

/** What a run of a bounded tree needs beside it. */
export function growthData(maxLength: number): Readonly<Record<string, unknown>> {
  const growth: Growth = { maxLength, length: 0, values: 0, indent: 0 };
  return { [GROWTH]: growth };
}

/** Above this, what is remembered of each value takes more memory than the text. */
const MAX_VALUES = 250_000;

/** Counts a value before it is written. @throws OutputTooLarge */
export function grow(data: Readonly<Record<string, unknown>>, text: string): void {
  const growth = data[GROWTH] as Growth;
  growth.values += 1;
  if (growth.values > MAX_VALUES) throw new OutputTooLarge(`Over ${MAX_VALUES} values.`);
  add(growth, text.length, growth.indent > 0 ? lineEnds(text) : 0);
}

/** Each throws OutputTooLarge from within the rendering. */
export const BOUND_HELPERS: Readonly<Record<string, Handlebars.HelperDelegate>> = {
  [SIZE_HELPER]: (length: number, lines: number, { data }: Handlebars.HelperOptions): string => {
    add(data[GROWTH] as Growth, length, lines);
    return '';
  },
  [INDENT_HELPER]: (by: number, { data }: Handlebars.HelperOptions): string => {
    (data[GROWTH] as Growth).indent += by;
    return '';
  },
  [BOUNDED_HELPER]: (value: unknown, { data }: Handlebars.HelperOptions): unknown => {
    const { maxLength } = data[GROWTH] as Growth;
    if (lengthOfValue(value) > maxLength) throw new OutputTooLarge(`A value over ${maxLength} characters.`);
    return value;
  },
};

function add(growth: Growth, length: number, lines: number): void {
  growth.length += length + lines * growth.indent;
  if (growth.length > growth.maxLength) throw new OutputTooLarge(`Over ${growth.maxLength} characters.`);
}

function lengthOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return value instanceof Handlebars.SafeString ? value.toString().length : 0;
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/**
 * Makes `tree` count its own text; values are counted by who writes them, with `grow`.
 * @param historyLength what one `{{history}}` stands for
 */
export function boundTree(tree: hbs.AST.Program, historyLength: number): void {
  const visitor = new (class extends Handlebars.Visitor {
    override Program(program: hbs.AST.Program): void {
      const contents = program.body.filter(statement => statement.type === 'ContentStatement');
      const texts = contents.map(statement => (statement as hbs.AST.ContentStatement).value);
      const histories = program.body.filter(writesHistory).length;
      super.Program(program);
      program.body = program.body.flatMap(indented);
      const length = texts.reduce((sum, text) => sum + text.length, histories * historyLength);
      const lines = texts.reduce((sum, text) => sum + lineEnds(text), 0);
      if (length > 0) program.body.unshift(call(SIZE_HELPER, [length, lines], program.loc));
    }
    override SubExpression(node: hbs.AST.SubExpression): void {
      super.SubExpression(node);
      const inner = { ...node };
      Object.assign(node, { path: pathTo(BOUNDED_HELPER, node.loc), params: [inner], hash: undefined });
    }
  })();
  visitor.accept(tree);
}

function writesHistory(statement: hbs.AST.Statement): boolean {
  if (statement.type !== 'MustacheStatement') return false;
  const { path, params } = statement as hbs.AST.MustacheStatement;
  const called = [path, ...params].map(expression =>
    expression.type === 'SubExpression' ? (expression as hbs.AST.SubExpression).path : expression,
  );
  return called.some(expression => (expression as Partial<hbs.AST.PathExpression>).original === 'history');
}

/** A partial that Handlebars indents, between what tells so. */
function indented(statement: hbs.AST.Statement): hbs.AST.Statement[] {
  if (statement.type !== 'PartialStatement') return [statement];
  const { indent, loc } = statement as hbs.AST.PartialStatement;
  if (indent === '') return [statement];
  return [call(INDENT_HELPER, [indent.length], loc), statement, call(INDENT_HELPER, [-indent.length], loc)];
}

function call(helper: string, numbers: readonly number[], loc: hbs.AST.SourceLocation): hbs.AST.Statement {
  const params = numbers.map(value => ({ type: 'NumberLiteral', value, original: value, loc }));
  const strip = { open: false, close: false };
  const statement = {
    type: 'MustacheStatement',
    path: pathTo(helper, loc),
    params,
    escaped: false,
    strip,
    loc,
  };
  return statement as unknown as hbs.AST.MustacheStatement;
}

function pathTo(helper: string, loc: hbs.AST.SourceLocation): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts: [helper], original: helper, loc };
}
