/** Folding ranges of a prompt: the front matter, blocks and their else, long comments, roles and sections. */
import type { Analysis } from '../analysis/analysis.ts';
import type { Span } from '../results/span.ts';
import type { Body, BodyNode } from '../syntax/nodes.ts';
import { markerOf } from './symbols.ts';

export interface Fold {
  /** From the line that stays visible to the last hidden line. */
  readonly span: Span;
  readonly kind: 'region' | 'comment' | 'frontMatter';
}

/** The ranges of more than one line, sorted by start. */
export function folding({ text, frontMatter, body }: Analysis): Fold[] {
  const folds: Fold[] = [];
  const fold = (start: number, end: number, kind: Fold['kind']): void => {
    if (isOverLines(text, start, end)) folds.push({ span: { start, end }, kind });
  };
  if (frontMatter.span) fold(frontMatter.span.start, frontMatter.span.end, 'frontMatter');
  inBody(body.body);
  return folds.sort((one, other) => one.span.start - other.span.start || other.span.end - one.span.end);

  /** Adds a fold that ends before `tag`. If the tag begins its line, that line stays visible. */
  function foldBefore(start: number, tag: number): void {
    fold(start, endBeforeLine(text, tag), 'region');
  }

  function inBody({ nodes, span }: Body): void {
    const starts: Partial<Record<'role' | 'section', number>> = {};
    const close = (kind: 'role' | 'section', at: number): void => {
      const start = starts[kind];
      if (start !== undefined) foldBefore(start, at);
      delete starts[kind];
    };
    for (const node of nodes) {
      const kind = markerOf(node);
      if (kind !== undefined) {
        close('section', node.span.start);
        if (kind === 'role') close('role', node.span.start);
        starts[kind] = node.span.start;
      }
      inNode(node);
    }
    for (const kind of ['section', 'role'] as const) {
      const start = starts[kind];
      if (start !== undefined) fold(start, endOfText(text, span), 'region');
    }
  }

  function inNode(node: BodyNode): void {
    switch (node.type) {
      case 'comment':
        fold(node.span.start, node.span.end, 'comment');
        break;
      case 'block': {
        const { inverse, close, openTag, body } = node;
        const end = close?.span.start ?? node.span.end;
        foldBefore(openTag.start, inverse?.tag.start ?? end);
        inBody(body);
        if (inverse === undefined) break;
        // A chained else is a separate block, with its own folds.
        if (!inverse.chained) foldBefore(inverse.tag.start, end);
        inBody(inverse.body);
        break;
      }
      case 'partial':
      case 'inline':
        foldBefore(node.openTag.start, node.close?.span.start ?? node.span.end);
        if (node.body) inBody(node.body);
    }
  }
}

function isOverLines(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (isBreak(text, at)) return true;
  return false;
}

/** The end of the line before that of `offset`, if only white space precedes `offset` on its line. */
function endBeforeLine(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at -= 1;
  if (at === 0 || !isBreak(text, at - 1)) return offset;
  return text[at - 1] === '\n' && text[at - 2] === '\r' ? at - 2 : at - 1;
}

/** The end of a body, without the white space there. */
function endOfText(text: string, { start, end }: Span): number {
  return start + text.slice(start, end).trimEnd().length;
}

function isBreak(text: string, at: number): boolean {
  return text[at] === '\n' || text[at] === '\r';
}
