/** Handlebars templates read through Handlebars' own lexer and AST: syntax issues and the partials they use. */
import Handlebars from 'handlebars';
import { Problem, type SourceIssue } from './problem.ts';
import { issueAt, type PromptSource } from './source.ts';

/** One `{{> name}}` or `{{#> name}}`. */
export interface PartialUse {
  /** As written: `header`, `shared/header`. */
  readonly reference: string;
  /** 0-based offsets in the template of the whole statement, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Where its name is written, in the opening and, for a block partial, in the closing tag. */
  readonly names: readonly { readonly start: number; readonly end: number }[];
  /** No block, no arguments: `{{> name}}`. */
  readonly simple: boolean;
}

interface LexerLocation {
  readonly first_line: number;
  readonly first_column: number;
  readonly last_line: number;
  readonly last_column: number;
}

/** The parts of Handlebars' generated parser that its types leave out. */
interface HandlebarsParser {
  readonly terminals_: Readonly<Record<number, string>>;
  readonly lexer: {
    setInput(text: string): void;
    lex(): number | string | undefined;
    readonly yytext: string;
    readonly yylloc: LexerLocation;
  };
}
const { Parser } = Handlebars as unknown as { Parser: HandlebarsParser };

/** The template's AST, after whitespace control. @throws Error of Handlebars: ask `templateIssues` for its place. */
export function parseTemplate(template: string): hbs.AST.Program {
  const tree = kept.get(template);
  return tree === undefined ? Handlebars.parse(template) : copyOf(tree);
}

/** A copy whose nodes may be changed; what is no node (places, strips) is shared. */
function copyOf<T>(node: T): T {
  if (Array.isArray(node)) return node.map(copyOf) as T;
  if (typeof node !== 'object' || node === null || !('type' in node)) return node;
  const copy: Record<string, unknown> = { ...node };
  for (const key in copy) if (typeof copy[key] === 'object') copy[key] = copyOf(copy[key]);
  return copy as T;
}

/** As `parseTemplate`, of a tree that is read and never changed: one rendering reads the same template several times. */
export function readTemplate(template: string): hbs.AST.Program {
  const tree = kept.get(template) ?? Handlebars.parse(template);
  if (template.length > MAX_KEPT_LENGTH) return tree;
  // What was asked for last is kept longest.
  kept.delete(template);
  kept.set(template, tree);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  return tree;
}

const MAX_KEPT = 4;
/** In UTF-16 code units; a tree takes some hundred times as many bytes. */
const MAX_KEPT_LENGTH = 64 * 1024;
const kept = new Map<string, hbs.AST.Program>();

/** What is wrong with a source's template; empty when Handlebars can parse it. */
export function templateIssues(source: string, parsed: PromptSource): SourceIssue[] {
  const deep = tooDeep(parsed.template);
  if (deep !== undefined)
    return [
      issueAt(source, parsed.templateOffset + deep.start, parsed.templateOffset + deep.end, deep.message),
    ];
  try {
    readTemplate(parsed.template);
    return [];
  } catch (error) {
    const lines = lineStarts(parsed.template);
    const place = placeOf(error, parsed.template, lines);
    return [
      issueAt(source, parsed.templateOffset + place.start, parsed.templateOffset + place.end, place.message),
    ];
  }
}

/** All that keeps a source from being published or rendered: front matter first, then the template. */
export function sourceIssues(source: string, parsed: PromptSource): SourceIssue[] {
  return [...parsed.issues, ...templateIssues(source, parsed)];
}

/** @throws Problem `invalid_source` with every issue and the first one's place in the message. `label` names the file or prompt. */
export function checkNoIssues(issues: readonly SourceIssue[], label: string): void {
  const first = issues[0];
  if (first === undefined) return;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  throw new Problem('invalid_source', `${label}:${first.line}:${first.column}: ${first.message}${more}`, {
    issues,
  });
}

/** How deep blocks and subexpressions may nest: Handlebars walks them recursively. */
export const MAX_DEPTH = 100;
const DEEPER = new Set(['OPEN_BLOCK', 'OPEN_PARTIAL_BLOCK', 'OPEN_INVERSE', 'OPEN_RAW_BLOCK', 'OPEN_SEXPR']);
const SHALLOWER = new Set(['OPEN_ENDBLOCK', 'END_RAW_BLOCK', 'CLOSE_SEXPR']);

/** Where the template nests too deep, told by the lexer alone, before anything recursive sees the text. */
function tooDeep(template: string): Place | undefined {
  let opened = 0;
  for (const _ of template.matchAll(/\(|\{\{~?[#^{]/g)) if (++opened > MAX_DEPTH) break;
  if (opened <= MAX_DEPTH) return undefined;
  const lines = lineStarts(template);
  const { lexer } = Parser;
  let depth = 0;
  for (const kind of tokens(template)) {
    if (SHALLOWER.has(kind)) depth -= 1;
    if (!DEEPER.has(kind) || ++depth <= MAX_DEPTH) continue;
    const start = offsetOf(lines, lexer.yylloc.first_line, lexer.yylloc.first_column);
    return {
      start,
      end: start + lexer.yytext.length,
      message: `Blocks nest deeper than ${MAX_DEPTH} here. Move the inner ones into a partial, or flatten them.`,
    };
  }
  return undefined;
}

/** The kinds of the template's tokens; the lexer stands at each while it is looked at. Ends where the lexer refuses. */
function* tokens(template: string): Generator<string, void, undefined> {
  const { lexer, terminals_ } = Parser;
  lexer.setInput(template);
  for (;;) {
    let token: number | string | undefined;
    try {
      token = lexer.lex();
    } catch {
      return; // the parser refuses the text as well, and says why
    }
    if (token === undefined || token === 1) return;
    const kind = typeof token === 'number' ? (terminals_[token] ?? '') : token;
    if (kind === 'EOF' || kind === 'INVALID') return;
    yield kind;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

/** Must run right after the parse failed: Handlebars' lexer still stands at the token it could not use. */
function placeOf(error: unknown, template: string, lines: readonly number[]): Place {
  const { yylloc, yytext } = Parser.lexer;
  const open = unclosedBlock(template, lines);
  if (open !== undefined) return open;
  const { message, lineNumber, column, endLineNumber, endColumn } = error as Error & {
    lineNumber?: number;
    column?: number;
    endLineNumber?: number;
    endColumn?: number;
  };
  if (lineNumber !== undefined && column !== undefined) {
    const start = offsetOf(lines, lineNumber, column);
    const end = offsetOf(lines, endLineNumber ?? lineNumber, endColumn ?? column + 1);
    return { start, end, message: message.replace(/ - \d+:\d+$/, '') };
  }
  const atEnd = message.endsWith("got 'EOF'");
  const start = atEnd ? template.length : offsetOf(lines, yylloc.first_line, yylloc.first_column);
  const what = atEnd ? 'The template ends too soon here' : `"${yytext.split(/[\r\n]/)[0]}" cannot stand here`;
  return {
    start,
    end: Math.min(template.length, start + Math.max(1, yytext.length)),
    message: `${what}. Is a "{{" or "}}" missing, or a block closed that was not opened?`,
  };
}

/**
 * The innermost block that is open at the end of the template, from the lexer's tokens: the parser itself
 * reports only that the end came too soon. Undefined when all are closed or they close in the wrong order.
 */
function unclosedBlock(template: string, lines: readonly number[]): Place | undefined {
  const { lexer } = Parser;
  const open: { start: number; name: string }[] = [];
  let opening = false;
  for (const kind of tokens(template)) {
    if (kind === 'OPEN_BLOCK' || kind === 'OPEN_PARTIAL_BLOCK' || kind === 'OPEN_INVERSE') {
      const { first_line, first_column } = lexer.yylloc;
      open.push({ start: offsetOf(lines, first_line, first_column), name: '' });
      opening = true;
    } else if (opening && kind === 'ID') {
      const last = open.at(-1);
      if (last) last.name = lexer.yytext;
      opening = false;
    } else if (kind === 'CLOSE') {
      // `{{^}}` is an else, not a block: nothing was named before it closed.
      if (opening) open.pop();
      opening = false;
    } else if (kind === 'OPEN_ENDBLOCK') {
      if (open.pop() === undefined) return undefined;
    }
  }
  const last = open.at(-1);
  if (last === undefined) return undefined;
  const end = template.indexOf('}}', last.start);
  return {
    start: last.start,
    end: end < 0 ? template.length : end + 2,
    message: `The block "{{#${last.name}}}" is never closed: add "{{/${last.name}}}".`,
  };
}

/**
 * Every partial the template uses, in the order of their opening tags; not those it defines itself with `{{#*inline}}`.
 * @throws Problem `invalid_source` for a name that only a rendering could tell.
 */
export function partialUses(template: string): PartialUse[] {
  const lines = lineStarts(template);
  const at = (position: { line: number; column: number }) => offsetOf(lines, position.line, position.column);
  const uses: PartialUse[] = [];
  const defined = new Set<string>();
  const visitor = new (class extends Handlebars.Visitor {
    override PartialStatement(node: hbs.AST.PartialStatement): void {
      note(node);
      super.PartialStatement(node);
    }
    override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
      note(node, node.program);
      super.PartialBlockStatement(node);
    }
    override DecoratorBlock(node: hbs.AST.DecoratorBlock): void {
      const [name] = node.params;
      if (name?.type === 'StringLiteral') defined.add((name as hbs.AST.StringLiteral).value);
      super.DecoratorBlock(node);
    }
  })();
  visitor.accept(readTemplate(template));
  return uses.filter(use => !defined.has(use.reference) && use.reference !== '@partial-block');

  function note(
    node: Pick<hbs.AST.PartialStatement, 'name' | 'params' | 'hash' | 'loc'>,
    block?: hbs.AST.Program,
  ): void {
    const { name, loc } = node;
    const start = at(loc.start);
    const end = at(loc.end);
    if (name.type === 'SubExpression') {
      const message =
        'A partial must be named, not computed: what a computed name means could change after publishing. Use {{#if}} around named partials.';
      throw new Problem('invalid_source', message, { issues: [issueAt(template, start, end, message)] });
    }
    const names = [{ start: at(name.loc.start), end: at(name.loc.end) }];
    if (block !== undefined) {
      const close = template.lastIndexOf('{{', end - 1);
      const slash = template.indexOf('/', close) + 1;
      const written = /^\s*([^\s~}]+)/.exec(template.slice(slash, end));
      const length = written?.[1]?.length ?? 0;
      const from = slash + (written?.[0].length ?? 0) - length;
      names.push({ start: from, end: from + length });
    }
    const reference = String((name as hbs.AST.PathExpression).original);
    const simple = block === undefined && node.params.length === 0 && node.hash === undefined;
    uses.push({ reference, start, end, names, simple });
  }
}

/** Where each line begins, by Handlebars' own reckoning: `\r\n`, `\n` and `\r` end a line (Jison's lexer). */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** The offset of Handlebars' position: 1-based line, 0-based column. */
export function offsetOf(lines: readonly number[], line: number, column: number): number {
  return (lines[line - 1] ?? lines.at(-1) ?? 0) + column;
}
