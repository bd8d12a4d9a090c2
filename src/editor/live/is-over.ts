/** Tells whether what was live, and still was when it was asked for, is so no more, as the list of prompts shows by now. */
import type { Live } from '../../contract/live.ts';
import type { PromptSummary } from '../../contract/prompts.ts';

export function isOver(
  { environment, channel, promotion, version, until }: Live,
  summary: PromptSummary | undefined,
): boolean {
  if (until !== null || summary === undefined) return false;
  if (promotion === null) return summary.newest.version > version; // of `latest`
  const pointer = summary.pointers.find(each => each.environment === environment && each.channel === channel);
  // Also where the same version was promoted again: an older list than the answer looks so as well, and costs one question.
  return pointer !== undefined && pointer.promotion !== promotion.id;
}
