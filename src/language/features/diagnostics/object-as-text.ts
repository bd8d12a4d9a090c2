/** Finds objects and lists in place of text, according to the schema: rendering rejects them. */
import { notText } from '../../../core/evaluate/helpers/not-text.ts';
import type { Analysis } from '../../analysis/analysis.ts';
import { type Finding, MAX_FINDINGS } from '../../results/finding.ts';
import { textOf } from '../../results/span.ts';
import type { Body, BodyNode, ExpressionNode, HelperCall, PathNode } from '../../syntax/nodes.ts';
import type { ValueType } from '../../types/value-type.ts';

export function objectsAsText({ text, body, resolved }: Analysis): Finding[] {
  const types = new Map<PathNode, ValueType>(resolved.paths.map(({ path, type }) => [path, type]));
  const findings: Finding[] = [];
  for (const path of pathsOfText(body.body)) {
    if (findings.length >= MAX_FINDINGS) break;
    const type = types.get(path);
    if (type?.kind !== 'object' && type?.kind !== 'array') continue;
    const { span } = path;
    const message = notText(exampleOf(type), textOf(text, span));
    findings.push({ code: 'object-as-text', span, message });
  }
  return findings;
}

/** An example value of a type for the message, which uses whether it is a list, and the names of its properties. */
function exampleOf(type: ValueType & { kind: 'object' | 'array' }): object {
  return type.kind === 'array' ? [] : Object.fromEntries(type.properties.map(({ name }) => [name, true]));
}

/** The paths whose values are written as text, or are arguments that must be text. */
function* pathsOfText({ nodes }: Body): Generator<PathNode> {
  for (const node of nodes) {
    if (node.type === 'mustache' && node.call !== undefined) yield* pathsOfCall(node.call);
    for (const inner of bodiesOf(node)) yield* pathsOfText(inner);
  }
}

function bodiesOf(node: BodyNode): readonly Body[] {
  switch (node.type) {
    case 'block':
      return node.inverse === undefined ? [node.body] : [node.body, node.inverse.body];
    case 'partial':
      return node.body === undefined ? [] : [node.body];
    case 'inline':
      return [node.body];
    default:
      return [];
  }
}

function* pathsOfCall({ callee, params, hash }: HelperCall): Generator<PathNode> {
  if (callee.type !== 'path') return;
  let texts: readonly (ExpressionNode | undefined)[] = [];
  if (params.length === 0 && hash.length === 0) texts = [callee];
  else if (callee.original === 'role' || callee.original === 'section') texts = [params[0]];
  else if (callee.original === 'media') texts = hash.map(({ value }) => value);
  for (const each of texts) if (each?.type === 'path') yield each;
}
