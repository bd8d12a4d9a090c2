/** Finds the tag before a caret, and the blocks that are open there. */
import type { Span } from '../../results/span.ts';
import type { Block, Body, BodyNode, InlinePartialNode, PartialCall } from '../../syntax/nodes.ts';

export type OpenBlock = Block | PartialCall | InlinePartialNode;

export interface TagAtCursor {
  /** Its range in the tree; an unclosed tag may continue after it. */
  readonly span: Span;
  readonly isSound: boolean;
  readonly isComment: boolean;
  readonly block: OpenBlock | undefined;
  /** The blocks around it, the innermost last; for a closing tag, including the block that it closes. */
  readonly open: readonly OpenBlock[];
  /** A position whose scope is that of the tag. */
  readonly scopeAt: number;
}

/** The last tag that begins before `offset`. */
export function tagBefore(body: Body, offset: number): TagAtCursor | undefined {
  return inBody(body, offset, []);
}

function inBody({ nodes }: Body, offset: number, open: readonly OpenBlock[]): TagAtCursor | undefined {
  let index = lastBefore(nodes, offset);
  // Blanks after an unclosed tag are text.
  if (nodes[index]?.type === 'content') index -= 1;
  const node = nodes[index];
  return node && inNode(node, offset, open);
}

/** The index of the last node that begins before `offset`; -1 if there is none. */
function lastBefore(nodes: readonly BodyNode[], offset: number): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((nodes[middle] as BodyNode).span.start < offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function inNode(node: BodyNode, offset: number, open: readonly OpenBlock[]): TagAtCursor | undefined {
  const tag = (span: Span, isSound: boolean, rest: Partial<TagAtCursor> = {}): TagAtCursor => ({
    span,
    isSound,
    isComment: false,
    block: undefined,
    open,
    scopeAt: node.span.start,
    ...rest,
  });
  switch (node.type) {
    case 'content':
      return undefined;
    case 'comment':
      return tag(node.span, true, { isComment: true });
    case 'mustache':
      return tag(node.span, node.sound);
    case 'partial':
      if (node.body === undefined) return tag(node.span, node.sound);
      break;
  }
  const inside = [...open, node];
  if (node.close !== undefined && node.close.span.start < offset) {
    const { span } = node.close;
    return tag(span, false, { open: [...inside, ...unclosedIn(lastBody(node))], scopeAt: span.start });
  }
  const inverse = node.type === 'block' ? node.inverse : undefined;
  if (inverse !== undefined && inverse.tag.start < offset) {
    const [first] = inverse.body.nodes;
    const found =
      inverse.chained && first !== undefined
        ? inNode(first, offset, open)
        : inBody(inverse.body, offset, inside);
    if (found === undefined) return tag(inverse.tag, true, { open: inside });
    // A block opened by `{{else if}}` is closed by the first block's tag.
    if (!inverse.chained) return found;
    const scopeAt = found.span.start === inverse.tag.start ? node.span.start : found.scopeAt;
    return { ...found, scopeAt, open: found.open.map(block => (block === first ? node : block)) };
  }
  const found = node.body && inBody(node.body, offset, inside);
  return found ?? tag(node.openTag, node.sound, { block: node });
}

/** The body with a block's last node; for an `{{else if}}`, in the block that its tag opens. */
function lastBody(node: OpenBlock): Body | undefined {
  const inverse = node.type === 'block' ? node.inverse : undefined;
  const [first] = inverse?.chained ? inverse.body.nodes : [];
  if (first?.type === 'block') return lastBody(first);
  return inverse?.body ?? node.body;
}

/** The blocks at a body's end that are not closed, the innermost last. */
function unclosedIn(body: Body | undefined): readonly OpenBlock[] {
  const last = body?.nodes.at(-1);
  if (last === undefined || !('close' in last) || last.close !== undefined) return [];
  if (last.type === 'partial' && last.body === undefined) return [];
  return [last, ...unclosedIn(lastBody(last))];
}
