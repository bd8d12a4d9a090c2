/** Finds syntax issues and used partials in templates, with Handlebars' own lexer and AST. */
/// <reference path="./handlebars-parser.d.ts" />
import Visitor from 'handlebars/dist/cjs/handlebars/compiler/visitor.js';
import { checkTemplate, NUL, whyUnreadable } from './check/check-template.ts';
import type { TemplateError } from './check/finding.ts';
import { COMPUTED_NAME } from './check/name-faults.ts';
import { Problem, type SourceIssue } from './problem.ts';
import { fixedMetadata } from './prompt-metadata.ts';
import { readTemplate } from './read-template.ts';
import type { PromptSource } from './source.ts';
import { issueAt } from './source-position.ts';
import { lineStarts, linesBefore, offsetOf, positionOf } from './template-position.ts';

/** One `{{> name}}` or `{{#> name}}`. */
export interface PartialUse {
  /** As written: `header`, `shared/header`. */
  readonly reference: string;
  /** 0-based offsets in the template of the whole statement, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Positions of its name, in the opening and, for a block partial, in the closing tag. */
  readonly names: readonly { readonly start: number; readonly end: number }[];
  /** True for `{{> name}}`, without block and arguments. */
  readonly simple: boolean;
}

/** All errors that keep a source from being published or rendered: in the front matter first, then in the template. */
export function sourceIssues(source: string, parsed: PromptSource): SourceIssue[] {
  const nul = source.indexOf('\0');
  if (nul >= 0) return [{ code: 'invalid-text', ...issueAt(source, nul, nul + 1, NUL) }];
  return [
    ...frontMatterIssues(parsed),
    ...placedIn(
      source,
      parsed,
      checkTemplate(
        parsed.template,
        parsed.kind,
        () => fixedMetadata(parsed),
        linesBefore(source, parsed.templateOffset),
      ),
    ),
  ];
}

/** The error that prevents the front matter from being read. */
export function frontMatterIssues({ issues }: PromptSource): SourceIssue[] {
  return issues.map(issue => ({ code: 'front-matter-syntax' as const, ...issue }));
}

/** Errors that keep a published source from being read: today's checks may be newer than it. */
export function publishedIssues(source: string, parsed: PromptSource): SourceIssue[] {
  const unreadable = whyUnreadable(parsed.template, linesBefore(source, parsed.templateOffset));
  return unreadable === undefined ? [] : placedIn(source, parsed, [unreadable]);
}

/** An error in a template, with positions in the whole source. */
export function placedIn(
  source: string,
  { templateOffset }: PromptSource,
  errors: readonly TemplateError[],
): SourceIssue[] {
  if (errors.length === 0) return [];
  const lines = lineStarts(source);
  return errors.map(({ code, start, end, message }) => {
    const from = positionOf(lines, templateOffset + start);
    const to = positionOf(lines, templateOffset + end);
    return { code, ...from, endLine: to.line, endColumn: to.column, message };
  });
}

/** Sorted by position. */
export function inOrder<Issue extends SourceIssue>(issues: readonly Issue[]): readonly Issue[] {
  return issues.toSorted((one, other) => one.line - other.line || one.column - other.column);
}

/** @throws Problem `invalid_source` with every issue and the first one's place in the message. `label` names the file or prompt. */
export function checkNoIssues(issues: readonly SourceIssue[], label: string): void {
  if (issues.length > 0) throw problemOfIssues(issues, label);
}

/** Adds the issues of another problem of the same source, except at places where `problem` already has one. */
export function withIssuesOf(problem: Problem, other: Problem | undefined, label: string): Problem {
  const { issues = [] } = problem.details;
  const placeOf = ({ line, column }: SourceIssue) => `${line}:${column}`;
  const known = new Set(issues.map(placeOf));
  const others = (other?.details.issues ?? []).filter(issue => !known.has(placeOf(issue)));
  return others.length === 0 ? problem : problemOfIssues(inOrder([...issues, ...others]), label);
}

/** @param issues at least one */
export function problemOfIssues(issues: readonly SourceIssue[], label: string): Problem {
  const first = issues[0] as SourceIssue;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new Problem('invalid_source', `${label}:${first.line}:${first.column}: ${first.message}${more}`, {
    issues,
  });
}

/**
 * Every partial that the template uses, in the order of their opening tags, without those it defines with
 * `{{#*inline}}`.
 * @throws Problem `invalid_source` for a computed name.
 */
export function partialUses(template: string): PartialUse[] {
  return usesOf(template).linked;
}

/** A place where a template writes the name of one of its inline partials: a definition or a use. */
export interface InlineName {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Not sorted. @throws like `partialUses` */
export function inlineNames(template: string): readonly InlineName[] {
  return usesOf(template).inline;
}

function usesOf(template: string): { readonly linked: PartialUse[]; readonly inline: readonly InlineName[] } {
  const lines = lineStarts(template);
  const at = (position: { line: number; column: number }) => offsetOf(lines, position.line, position.column);
  const uses: PartialUse[] = [];
  const definitions: InlineName[] = [];
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
      if (name?.type === 'StringLiteral') {
        const { value, loc } = name as hbs.AST.StringLiteral;
        definitions.push({ name: value, start: at(loc.start), end: at(loc.end) });
      }
      super.DecoratorBlock(node);
    }
  })();
  visitor.accept(readTemplate(template));
  const defined = new Set(definitions.map(({ name }) => name));
  const own = uses.filter(({ reference }) => defined.has(reference));
  return {
    linked: uses.filter(({ reference }) => !defined.has(reference) && reference !== '@partial-block'),
    inline: [
      ...definitions,
      ...own.flatMap(({ reference: name, names }) => names.map(place => ({ name, ...place }))),
    ],
  };

  function note(
    node: Pick<hbs.AST.PartialStatement, 'name' | 'params' | 'hash' | 'loc'>,
    block?: hbs.AST.Program,
  ): void {
    const { name, loc } = node;
    const start = at(loc.start);
    const end = at(loc.end);
    if (name.type === 'SubExpression') {
      const issue = issueAt(template, start, end, COMPUTED_NAME);
      throw new Problem('invalid_source', COMPUTED_NAME, { issues: [{ code: 'missing-partial', ...issue }] });
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
