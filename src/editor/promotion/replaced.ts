/** Pending requests for a pointer: a newer request replaces them, so the person is told before. */
import type { Promotion } from '../../contract/promotions.ts';
import type { PromptName } from '../../core/name.ts';
import { isOpen } from '../../core/promotion.ts';
import { oneLine } from '../../core/visible-text.ts';
import { instantOf } from '../wording/age.ts';

interface Pointer {
  readonly environment: string;
  readonly channel: string;
}

/** The newest open request, as far as it is known here; undefined if there is none. */
export function openAt(
  promotions: readonly Promotion[],
  prompt: PromptName,
  { environment, channel }: Pointer,
): Promotion | undefined {
  return promotions
    .filter(
      each =>
        isOpen(each) &&
        each.prompt === prompt &&
        each.environment === environment &&
        each.channel === channel,
    )
    .sort((a, b) => Number(b.id) - Number(a.id))
    .at(0);
}

/**
 * For a list: `replaces the request for @6 by jonas.weber`; for the same version `requested by jonas.weber already`.
 */
export function replacedNote(open: Promotion, version: number | undefined): string {
  if (open.version !== version) return `replaces ${nameOf(open)}`;
  const { requestedBy, effectiveAt, state } = open;
  return state === 'planned' && effectiveAt !== null
    ? `planned for ${instantOf(effectiveAt)} already`
    : oneLine(`requested by ${requestedBy} already`);
}

/** For a question. */
export function replacedSentence(open: Promotion): string {
  return `It replaces ${nameOf(open)}.`;
}

/** With one promotion of an atomic release, all of them are superseded. */
function nameOf({ version, requestedBy, effectiveAt, state, release }: Promotion): string {
  const what =
    state === 'planned' && effectiveAt !== null
      ? `@${version}, which is planned for ${instantOf(effectiveAt)}`
      : oneLine(`the request for @${version} by ${requestedBy}`);
  return release?.atomic === true ? `${what}, with all of release ${release.id}` : what;
}
