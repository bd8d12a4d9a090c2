/** Handlebars templates read through Handlebars' own lexer and AST: syntax issues and the partials they use. */
/// <reference path="./handlebars-parser.d.ts" />
import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import Visitor from 'handlebars/dist/cjs/handlebars/compiler/visitor.js';
import { Problem, type SourceIssue } from './problem.ts';
import { issueAt, type PromptSource } from './source.ts';
import { explainSyntaxError, findTooDeep, type SyntaxFault } from './syntax-error.ts';
import { lineStarts, offsetOf } from './template-position.ts';

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

/** The template's AST, after whitespace control, to keep or change. @throws Error of Handlebars: ask `templateIssues` for its place. */
export function parseTemplate(template: string): hbs.AST.Program {
  return parse(template);
}

/** As `parseTemplate`, of a tree that is read and never changed: one rendering reads the same template several times. */
export function readTemplate(template: string): hbs.AST.Program {
  const tree = kept.get(template) ?? large.get(template)?.deref() ?? parse(template);
  // What was asked for last is kept longest.
  if (template.length > MAX_KEPT_LENGTH) keep(large, template, new WeakRef(tree), MAX_LARGE);
  else keep(kept, template, tree, MAX_KEPT);
  return tree;
}

function keep<T>(trees: Map<string, T>, template: string, tree: T, most: number): void {
  trees.delete(template);
  trees.set(template, tree);
  const [oldest] = trees.keys();
  if (trees.size > most && oldest !== undefined) trees.delete(oldest);
}

const MAX_KEPT = 16;
/** In UTF-16 code units; a tree takes some hundred times as many bytes. */
const MAX_KEPT_LENGTH = 16 * 1024;
const kept = new Map<string, hbs.AST.Program>();
/** Larger trees stay only until the engine needs their memory: at least as long as the task that read them. */
const MAX_LARGE = 4;
const large = new Map<string, WeakRef<hbs.AST.Program>>();

/** What is wrong with a source's template; empty when Handlebars can parse it. */
export function templateIssues(source: string, parsed: PromptSource): SourceIssue[] {
  const at = ({ start, end, message }: SyntaxFault) =>
    issueAt(source, parsed.templateOffset + start, parsed.templateOffset + end, message);
  const deep = findTooDeep(parsed.template);
  if (deep !== undefined) return [at(deep)];
  try {
    readTemplate(parsed.template);
    return [];
  } catch (error) {
    return [at(explainSyntaxError(error, parsed.template))];
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

/**
 * Every partial the template uses, in the order of their opening tags; not those it defines itself with `{{#*inline}}`.
 * @throws Problem `invalid_source` for a name that only a rendering could tell.
 */
export function partialUses(template: string): PartialUse[] {
  const lines = lineStarts(template);
  const at = (position: { line: number; column: number }) => offsetOf(lines, position.line, position.column);
  const uses: PartialUse[] = [];
  const defined = new Set<string>();
  const visitor = new (class extends Visitor {
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
