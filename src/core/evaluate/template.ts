/** A template to evaluate: its tree and its position in the source. */
import { type Inspection, inspectTemplate } from '../check/inspect-template.ts';
import type { LinkedPartial, LinkedTemplate } from '../flatten.ts';
import type { SourceIssue } from '../problem.ts';
import { readTemplate } from '../read-template.ts';
import { issueAt } from '../source-position.ts';
import type { Node, Program } from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import type { SourceSpan, WrittenExpression } from './segment.ts';

export interface Template extends Inspection {
  readonly tree: Program;
  readonly text: string;
  /** Its name in error messages. */
  readonly label: string;
  /** Id of the partial's prompt; null for the prompt itself. */
  readonly prompt: string | null;
  /** The source that contains `text`, and the start of `text` in it. */
  readonly source: string;
  readonly offset: number;
  /** The partials it uses, by reference. */
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Start of each line of `text`. */
  readonly lines: readonly number[];
  /** The expressions that wrote a value so far, by node. */
  readonly expressions: Map<Node, WrittenExpression>;
  /** The sources of the text that was written so far, by node. */
  readonly sources: Map<Node, SourceSpan>;
}

/** @param root the label, whole source and template offset of the prompt itself; undefined for a partial */
export function templateOf(
  linked: LinkedTemplate | LinkedPartial,
  root?: Pick<Template, 'label' | 'source' | 'offset'>,
): Template {
  const { template: text, partials } = linked;
  const tree = readTemplate(text) as unknown as Program;
  const partial = 'id' in linked ? linked : undefined;
  const source = root?.source ?? partial?.source ?? text;
  return {
    ...inspectTemplate(tree),
    tree,
    text,
    label: root?.label ?? partial?.label ?? partial?.id ?? 'The template',
    prompt: root === undefined ? (partial?.id ?? null) : null,
    source,
    offset: root?.offset ?? partial?.templateOffset ?? 0,
    partials,
    lines: lineStarts(text),
    expressions: new Map(),
    sources: new Map(),
  };
}

/** Returns a node's range in its prompt's source. */
export function spanOf(template: Template, node: Node, end?: number): SourceSpan {
  const { lines, offset, prompt } = template;
  const { loc } = node;
  return {
    prompt,
    start: offset + offsetOf(lines, loc.start.line, loc.start.column),
    end: offset + (end ?? offsetOf(lines, loc.end.line, loc.end.column)),
  };
}

/** Like `spanOf`, but always the same object for a node. */
export function sourceOf(node: Node, template: Template): SourceSpan {
  const known = template.sources.get(node);
  if (known !== undefined) return known;
  const source = spanOf(template, node);
  template.sources.set(node, source);
  return source;
}

/** An error at a node. */
export function issueOf(template: Template, node: Node, message: string): SourceIssue {
  const { start, end } = spanOf(template, node);
  return issueAtOffsets(template, start - template.offset, end - template.offset, message);
}

/** An error between two offsets of a template's text. */
export function issueAtOffsets(template: Template, start: number, end: number, message: string): SourceIssue {
  const { source, text, offset } = template;
  // If only the template is known, count the lines of the template.
  return source === text
    ? issueAt(text, start, end, message)
    : issueAt(source, offset + start, offset + end, message);
}
