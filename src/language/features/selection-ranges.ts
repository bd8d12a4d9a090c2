/** Finds the steps of a growing selection: a word, its path, its tag, the block around it, the role, the body, all. */
import type { Analysis } from '../analysis/analysis.ts';
import type { FrontMatterEntry } from '../front-matter/front-matter.ts';
import { type Span, touches } from '../results/span.ts';
import type { Body, BodyNode, ExpressionNode, HashPairNode, HelperCall, Name } from '../syntax/nodes.ts';
import { markerOf } from './symbols.ts';

/** The innermost first; each contains the one before it and is larger. */
export function selectionRanges({ text, frontMatter, body }: Analysis, offset: number): Span[] {
  const spans: Span[] = [{ start: 0, end: text.length }];
  if (frontMatter.span && offset <= frontMatter.span.end) {
    spans.push(frontMatter.span);
    if (frontMatter.yamlSpan && touches(frontMatter.yamlSpan, offset)) {
      spans.push(frontMatter.yamlSpan);
      inEntries(frontMatter.entries, offset, spans);
    }
  } else inBody(body.body, offset, spans);
  const word = wordAt(text, offset);
  if (word) spans.push(word);
  return nested(spans);
}

/** Takes spans from the outside in and reverses them, without those that are not inside the one before and smaller. */
function nested(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of spans) {
    const outer = kept.at(-1);
    if (outer && (span.start < outer.start || span.end > outer.end)) continue;
    if (outer && span.start === outer.start && span.end === outer.end) continue;
    if (span.end > span.start || outer === undefined) kept.push({ start: span.start, end: span.end });
  }
  return kept.reverse();
}

function inEntries(entries: readonly FrontMatterEntry[], offset: number, spans: Span[]): void {
  const entry = entries.find(({ keySpan, valueSpan }) =>
    touches({ start: keySpan.start, end: Math.max(keySpan.end, valueSpan?.end ?? 0) }, offset),
  );
  if (entry === undefined) return;
  const { keySpan, valueSpan } = entry;
  spans.push({ start: keySpan.start, end: Math.max(keySpan.end, valueSpan?.end ?? 0) });
  if (touches(keySpan, offset)) spans.push(keySpan);
  else if (valueSpan && touches(valueSpan, offset)) {
    spans.push(valueSpan);
    inEntries(entry.entries, offset, spans);
  }
}

function inBody({ span, nodes }: Body, offset: number, spans: Span[]): void {
  spans.push(span);
  const sections = markedSpans(nodes, span.end);
  for (const section of sections) if (touches(section, offset)) spans.push(section);
  // Of two adjacent nodes, take the one that begins here. Text only consists of words.
  const node = nodes.findLast(each => each.type !== 'content' && touches(each.span, offset));
  if (node) inNode(node, offset, spans);
}

/** The roles of a body, then its sections. */
function markedSpans(nodes: readonly BodyNode[], end: number): Span[] {
  const marked = nodes.flatMap(node => {
    const kind = markerOf(node);
    return kind === undefined ? [] : [{ kind, start: node.span.start }];
  });
  const roles = marked.filter(({ kind }) => kind === 'role');
  const upTo = (list: readonly { start: number }[], start: number): number =>
    list.find(next => next.start > start)?.start ?? end;
  return [
    ...roles.map(({ start }) => ({ start, end: upTo(roles, start) })),
    ...marked
      .filter(({ kind }) => kind === 'section')
      .map(({ start }) => ({ start, end: upTo(marked, start) })),
  ];
}

function inNode(node: BodyNode, offset: number, spans: Span[]): void {
  spans.push(node.span);
  switch (node.type) {
    case 'mustache':
      if (node.call) inCall(node.call, offset, spans);
      return;
    case 'block': {
      const { inverse } = node;
      if (touches(node.openTag, offset)) {
        spans.push(node.openTag);
        if (node.call) inCall(node.call, offset, spans);
        inNames(node.blockParams, offset, spans);
      } else if (touches(node.body.span, offset)) inBody(node.body, offset, spans);
      else if (inverse && touches(inverse.tag, offset) && !inverse.chained) spans.push(inverse.tag);
      else if (inverse && touches(inverse.body.span, offset)) inBody(inverse.body, offset, spans);
      else inClose(node, offset, spans);
      return;
    }
    case 'inline':
    case 'partial':
      if (touches(node.openTag, offset)) {
        spans.push(node.openTag);
        if (node.type === 'inline' && node.call) inCall(node.call, offset, spans);
        if (node.name) inNames([node.name], offset, spans);
        if (node.type === 'partial') inArguments(node, offset, spans);
      } else if (node.body && touches(node.body.span, offset)) inBody(node.body, offset, spans);
      else inClose(node, offset, spans);
  }
}

function inClose(
  { close }: { close: { span: Span; name: Name } | undefined },
  offset: number,
  spans: Span[],
) {
  if (close === undefined || !touches(close.span, offset)) return;
  spans.push(close.span);
  inNames([close.name], offset, spans);
}

function inCall(call: HelperCall, offset: number, spans: Span[]): void {
  if (!touches(call.span, offset)) return;
  spans.push(call.span);
  if (touches(call.callee.span, offset)) inExpression(call.callee, offset, spans);
  else inArguments(call, offset, spans);
}

function inArguments(
  { params, hash }: { params: readonly ExpressionNode[]; hash: readonly HashPairNode[] },
  offset: number,
  spans: Span[],
): void {
  const param = params.find(({ span }) => touches(span, offset));
  if (param) inExpression(param, offset, spans);
  const pair = hash.find(({ span, value }) => touches({ start: span.start, end: value.span.end }, offset));
  if (pair === undefined) return;
  spans.push({ start: pair.span.start, end: pair.value.span.end });
  if (touches(pair.value.span, offset)) inExpression(pair.value, offset, spans);
  else inNames([pair], offset, spans);
}

function inExpression(expression: ExpressionNode, offset: number, spans: Span[]): void {
  spans.push(expression.span);
  if (expression.type === 'path') inNames(expression.segments, offset, spans);
  else if (expression.type === 'sub' && expression.call) inCall(expression.call, offset, spans);
}

function inNames(names: readonly Name[], offset: number, spans: Span[]): void {
  const name = names.find(({ span }) => touches(span, offset));
  if (name) spans.push(name.span);
}

const WORD = /[\p{L}\p{N}_]/u;

function wordAt(text: string, offset: number): Span | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && WORD.test(text[start - 1] ?? '')) start -= 1;
  while (end < text.length && WORD.test(text[end] ?? '')) end += 1;
  return end > start ? { start, end } : undefined;
}
