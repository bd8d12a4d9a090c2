/** The context that a partial is called with, as far as it is known without an input. */
import type { PartialBlockStatement, PartialStatement } from '../syntax-tree.ts';
import { type Context, type ContextScope, kindOf, type ValueKind } from './context-kind.ts';

/** The kind of context that a partial is called with; with named arguments it is a new object. */
export function kindOfContext(
  node: PartialStatement | PartialBlockStatement,
  place: ContextScope,
): ValueKind {
  if (node.hash !== undefined && node.hash !== null) return 'object';
  const [given] = node.params;
  return given === undefined ? place.context.kind : kindOf(given, place);
}

/** The known kinds of the named arguments, merged over those of the context that is passed on. */
export function givenBy(
  { params, hash }: PartialStatement | PartialBlockStatement,
  place: ContextScope,
): Context['given'] {
  const around = params.length === 0 ? place.context.given : undefined;
  const pairs = hash?.pairs ?? [];
  if (pairs.length === 0) return around;
  const given = new Map(around);
  for (const { key, value } of pairs) {
    const kind = kindOf(value, place);
    given.delete(key);
    if (kind !== 'any' && given.size < MAX_GIVEN) given.set(key, kind);
  }
  return given;
}

/** Any more are ignored, because each call in the partial may pass them on. */
const MAX_GIVEN = 32;
