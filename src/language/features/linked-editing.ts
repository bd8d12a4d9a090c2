/** Finds the names in a block's opening and closing tags, which change together. */
import type { Analysis } from '../analysis/analysis.ts';
import { type Span, textOf, touches } from '../results/span.ts';
import type { Body, BodyNode, Name } from '../syntax/nodes.ts';

/** The two names, if `offset` touches one of them; undefined if not, or if they differ. */
export function linkedEditing({ text, body }: Analysis, offset: number): Span[] | undefined {
  const names = namesAt(body.body, offset);
  if (names === undefined) return undefined;
  const [open, close] = names;
  return textOf(text, open) === textOf(text, close) ? names : undefined;
}

function namesAt({ nodes }: Body, offset: number): [Span, Span] | undefined {
  const node = nodes.find(({ span }) => touches(span, offset) && span.start < span.end);
  // If two nodes touch the offset, it can be in a name of only one of them.
  const next = node && nodes[nodes.indexOf(node) + 1];
  for (const each of [node, next]) {
    const found = each && touches(each.span, offset) ? namesOf(each, offset) : undefined;
    if (found) return found;
  }
  return undefined;
}

function namesOf(node: BodyNode, offset: number): [Span, Span] | undefined {
  if (node.type !== 'block' && node.type !== 'partial' && node.type !== 'inline') return undefined;
  const names = tagNames(node);
  if (names?.some(span => touches(span, offset))) return names;
  const bodies = [node.body, node.type === 'block' ? node.inverse?.body : undefined];
  for (const inner of bodies) {
    const found = inner && namesAt(inner, offset);
    if (found) return found;
  }
  return undefined;
}

/** Ranges of a block's name in its opening and closing tags. */
export function tagNames(node: BodyNode): [Span, Span] | undefined {
  let open: Name['span'] | undefined;
  if (node.type === 'block') open = node.call?.callee.span;
  else if (node.type === 'partial') open = node.name?.span;
  else if (node.type === 'inline') open = node.call?.callee.span;
  else return undefined;
  return open && node.close ? [open, node.close.name.span] : undefined;
}
