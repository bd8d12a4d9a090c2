/** Finds the calls of partials in a body with their contexts, since an inline partial has the context of its calls. */
import type { Body, BodyNode, InlinePartialNode, PartialCall } from '../syntax/nodes.ts';

/** The calls of partials by name, and the places of inline partials: `within` determines their context. */
export interface InlineCalls {
  readonly calls: ReadonlyMap<string, readonly { call: PartialCall; within: BodyNode | undefined }[]>;
  readonly inlines: ReadonlyMap<InlinePartialNode, BodyNode | undefined>;
}

export function inlineCallsIn(whole: Body): InlineCalls {
  const calls = new Map<string, { call: PartialCall; within: BodyNode | undefined }[]>();
  const inlines = new Map<InlinePartialNode, BodyNode | undefined>();
  walk(whole, undefined);
  return { calls, inlines };

  function walk({ nodes }: Body, within: BodyNode | undefined): void {
    for (const node of nodes) {
      if (node.type === 'inline') {
        inlines.set(node, within);
        walk(node.body, within);
      } else if (node.type === 'partial') {
        const name = node.name?.name ?? '';
        const others = calls.get(name);
        if (others) others.push({ call: node, within });
        else calls.set(name, [{ call: node, within }]);
        if (node.body) walk(node.body, node.params.length > 0 ? node : within);
      } else if (node.type === 'block') {
        const isSame = node.call?.callee.type === 'path' && KEEPS_CONTEXT.has(node.call.callee.original);
        walk(node.body, isSame ? within : node);
        if (node.inverse) walk(node.inverse.body, isSame || !node.inverted ? within : node);
      }
    }
  }
}

const KEEPS_CONTEXT: ReadonlySet<string> = new Set(['if', 'unless', 'ifEquals', 'unlessEquals']);
