/** Fixes blocks that are never closed, closed by another name, or closed twice. */
import type { Analysis } from '../../analysis/analysis.ts';
import type { TextEdit } from '../../results/edit.ts';
import type { Finding } from '../../results/finding.ts';
import { type Span, textOf } from '../../results/span.ts';
import { lex } from '../../syntax/lex.ts';
import type { BodyNode } from '../../syntax/nodes.ts';
import { endOfLine, endOfLineIn, startOfLine } from './yaml-edits.ts';

/** Adds the closing tag of an unclosed block at the end of its body. */
export function closeBlock({ text, body }: Analysis, { span, data }: Finding): TextEdit | undefined {
  const block = blockOpenedAt(body.body.nodes, span);
  const name = data?.['name'];
  if (block === undefined || name === undefined || name === '') return undefined;
  const isRaw = block.type === 'block' && block.raw;
  const tag = isRaw ? `{{{{/${name}}}}}` : `{{/${name}}}`;
  // Everything that follows is text of the raw block.
  const end = isRaw ? text.length : block.span.end;
  const at = { start: end, end };
  if (!isAloneOnLine(text, span)) return { span: at, text: tag };
  const eol = endOfLineIn(text);
  const before = startOfLine(text, end) === end ? '' : eol;
  return { span: at, text: end === text.length ? before + tag : `${before}${tag}${eol}` };
}

function blockOpenedAt(
  nodes: readonly BodyNode[],
  tag: Span,
): Exclude<BodyNode, { type: 'content' | 'comment' | 'mustache' }> | undefined {
  const node = nodes.find(({ span }) => span.start <= tag.start && tag.end <= span.end);
  if (node === undefined || !('openTag' in node)) return undefined;
  if (node.openTag.start === tag.start) return node;
  const bodies = [node.body, node.type === 'block' ? node.inverse?.body : undefined];
  for (const body of bodies) {
    const found = body && blockOpenedAt(body.nodes, tag);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Adds the closing tag of a block before the one that closes a block around it. */
export function closeBefore({ text }: Analysis, span: Span, name: string): TextEdit {
  const at = startOfLine(text, span.start);
  const isAlone = isAloneOnLine(text, span);
  const start = isAlone ? at : span.start;
  return { span: { start, end: start }, text: `{{/${name}}}${isAlone ? endOfLineIn(text) : ''}` };
}

/** Replaces the name in a closing tag. */
export function changeClosing({ text }: Analysis, { span, data }: Finding, name: string): TextEdit {
  const closed = data?.['closed'] ?? '';
  const start = span.start + textOf(text, span).lastIndexOf(closed);
  return { span: { start, end: start + closed.length }, text: name };
}

/** Removes an unnecessary tag, with its line if it is alone on it; undefined if there is none. */
export function removeStrayTag({ text }: Analysis, { code, span }: Finding): TextEdit | undefined {
  const [token] = lex(textOf(text, span), 0).tokens;
  const isElse = token?.kind === 'INVERSE' || token?.kind === 'OPEN_INVERSE_CHAIN';
  const isClose = token?.kind === 'OPEN_ENDBLOCK' || token?.kind === 'END_RAW_BLOCK';
  if (code === 'template-syntax' ? !isElse : !isClose) return undefined;
  if (!isAloneOnLine(text, span)) return { span, text: '' };
  const end = endOfLine(text, span.end);
  const eol = text.startsWith('\r\n', end) ? 2 : 1;
  return { span: { start: startOfLine(text, span.start), end: Math.min(text.length, end + eol) }, text: '' };
}

function isAloneOnLine(text: string, { start, end }: Span): boolean {
  const before = text.slice(startOfLine(text, start), start);
  return before.trim() === '' && text.slice(end, endOfLine(text, end)).trim() === '';
}
