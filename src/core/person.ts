/**
 * Decides which names belong to one person. Approvals need two people, so names that nobody can distinguish count as
 * one. Letters of two scripts that look alike (UTS #39) stay different: the admin who creates the key decides which is
 * meant.
 */
import { hasInvisible, isBlank, withoutInvisible } from './visible-text.ts';

export const MAX_ACTOR_LENGTH = 100;

/** Why `text` cannot be an actor's name, in one sentence; undefined if it can. */
export function validateActor(text: string): string | undefined {
  if (isBlank(text)) return 'An actor needs a name, such as mara.lindqvist or checkout-service.';
  if (text.length > MAX_ACTOR_LENGTH)
    return `The name of an actor has at most ${MAX_ACTOR_LENGTH} characters; this one has ${text.length}.`;
  if (hasInvisible(text))
    return 'The name of an actor cannot contain control, line-break or invisible characters. Type it again.';
  return undefined;
}

/** Makes a valid name from `text` by removing characters that a name cannot have; undefined if nothing is left. */
export function actorIn(text: string): string | undefined {
  const actor = withoutInvisible(text.replace(/\s+/g, ' ')).trim().slice(0, MAX_ACTOR_LENGTH).toWellFormed();
  return validateActor(actor) === undefined ? actor : undefined;
}

/** Returns whether two names of actors belong to one person, as `mara`, `Mara ` and `ma\u200bra` do. */
export function isSamePerson(one: string, other: string): boolean {
  return foldPerson(one) === foldPerson(other);
}

/** Each person once: the first of the person's names, in the place of the last one. */
export function people(names: readonly string[]): string[] {
  return [...new Map(names.toReversed().map(name => [foldPerson(name), name])).values()].reverse();
}

/**
 * Returns a value that all names of one person share, to look up many at once. Compatibility forms (NFKC) turn
 * invisible characters into visible ones and the reverse, so both are removed.
 */
export function foldPerson(actor: string): string {
  const composed = withoutInvisible(withoutInvisible(actor).normalize('NFKC'));
  return composed.toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim();
}
