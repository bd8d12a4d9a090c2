/** Checks, with the current list of prompts, whether a version that was live at the time of the request no longer is. */
import type { Live } from '../../contract/live.ts';
import type { PromptSummary } from '../../contract/prompts.ts';

export function isOver(
  { environment, channel, promotion, version, until }: Live,
  summary: PromptSummary | undefined,
): boolean {
  if (until !== null || summary === undefined) return false;
  if (promotion === null) return summary.newest.version > version; // of `latest`
  const pointer = summary.pointers.find(each => each.environment === environment && each.channel === channel);
  // Also true if the same version was promoted again: an outdated list looks the same, which costs one request.
  return pointer !== undefined && pointer.promotion !== promotion.id;
}
