/** Finds paths that have no value for any input, so that they silently write nothing. */
import { type Analysis, kindOf } from '../../analysis/analysis.ts';
import { type Finding, MAX_FINDINGS } from '../../results/finding.ts';
import { textOf } from '../../results/span.ts';
import type { Block, Body, ExpressionNode, HelperCall, PathNode } from '../../syntax/nodes.ts';

export function pathsWithoutValue({ text, body, name }: Analysis): Finding[] {
  const findings: Finding[] = [];
  // A partial may be called in a loop.
  const top = { above: 0, isInLoop: kindOf(name) === 'partial' };
  for (const { path, place } of pathsIn(body.body, top)) {
    const message = noValueReason(path, place, textOf(text, path.span));
    if (message !== undefined) findings.push({ code: 'no-value', span: path.span, message });
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings;
}

/** The contexts that a body can reach with `../`, and whether it is evaluated for each item of something. */
interface Place {
  readonly above: number;
  readonly isInLoop: boolean;
}

function noValueReason(
  { data, depth, segments }: PathNode,
  place: Place,
  written: string,
): string | undefined {
  if (!data && depth > place.above)
    return `There is no outer context here, so "${written}" has no value. Remove "../": {{#if}} and {{#unless}} add no level.`;
  const isOfLoop = data && depth === 0 && segments.length === 1 && OF_LOOP.has(segments[0]?.name ?? '');
  return isOfLoop && !place.isInLoop
    ? `"${written}" has a value only inside {{#each}}. Move it there, or remove it.`
    : undefined;
}

const OF_LOOP = new Set(['index', 'key', 'first', 'last']);

/** Excludes blocks whose context only rendering can tell: those on a variable, and the bodies of partials. */
function* pathsIn(
  { nodes }: Body,
  place: Place,
): Generator<{ path: PathNode; place: Place }, void, undefined> {
  for (const node of nodes) {
    if (node.type === 'mustache' || node.type === 'block') {
      for (const path of node.call === undefined ? [] : pathsOfCall(node.call)) yield { path, place };
    } else if (node.type === 'partial') {
      for (const value of [...node.params, ...node.hash.map(pair => pair.value)])
        for (const path of pathsOf(value)) yield { path, place };
    }
    if (node.type !== 'block' || node.raw) continue;
    const inner = placeWithin(node, place);
    if (inner !== undefined) yield* pathsIn(node.body, inner);
    if (node.inverse !== undefined) yield* pathsIn(node.inverse.body, place);
  }
}

function placeWithin({ call, inverted }: Block, place: Place): Place | undefined {
  const name = call?.callee.type === 'path' && !call.callee.data ? call.callee.original : '';
  if (inverted || SAME_CONTEXT.has(name)) return place;
  if (name !== 'each' && name !== 'with') return undefined;
  return { above: place.above + 1, isInLoop: place.isInLoop || name === 'each' };
}

const SAME_CONTEXT = new Set(['if', 'unless', 'ifEquals', 'unlessEquals']);

function* pathsOfCall({ callee, params, hash }: HelperCall): Generator<PathNode, void, undefined> {
  if (callee.type === 'path') yield callee;
  for (const value of [...params, ...hash.map(pair => pair.value)]) yield* pathsOf(value);
}

function* pathsOf(value: ExpressionNode): Generator<PathNode, void, undefined> {
  if (value.type === 'path') yield value;
  else if (value.type === 'sub' && value.call !== undefined) yield* pathsOfCall(value.call);
}
