/** The state of an applied promotion: whether it is live, and what replaced it. */
import type { Promotion } from '../../contract/promotions.ts';
import type { Pointer, PromptSummary } from '../../contract/prompts.ts';
import { goesBack } from '../../core/goes-back.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import { type Applied, inOrder, isApplied } from '../lives/applied.ts';

export type LiveStatus =
  /** The pointer has pointed to its version since it was applied. */
  | { readonly kind: 'live' }
  /** At `at` (RFC 3339 UTC), the pointer was moved forward or back to `by`. */
  | { readonly kind: 'replaced' | 'rolled back'; readonly by: VersionNumber; readonly at: string }
  /** It was replaced at an unknown time; the pointer now points to `now`. */
  | { readonly kind: 'past'; readonly now: VersionNumber }
  /** It was not applied, or the pointer's target is unknown. */
  | { readonly kind: 'unknown' };

/** Standings among the promotions that the window knows, with the pointers in its list of prompts. */
export function knownStandings(
  { promotions }: { readonly promotions: readonly Promotion[] },
  { listed }: { readonly listed: ReadonlyMap<PromptName, { readonly summary: PromptSummary | undefined }> },
): Standings {
  return new Standings(promotions, prompt => listed.get(prompt)?.summary);
}

/** Standings among the known promotions; `summaryOf` returns the targets of pointers. */
export class Standings {
  readonly #applied: ReadonlyMap<string, readonly Applied[]>;
  readonly #summaryOf: (prompt: PromptName) => Pick<PromptSummary, 'pointers'> | undefined;

  constructor(
    promotions: readonly Promotion[],
    summaryOf: (prompt: PromptName) => Pick<PromptSummary, 'pointers'> | undefined,
  ) {
    const applied = promotions.filter(isApplied).toSorted(inOrder);
    this.#applied = Map.groupBy(applied, pointerOf);
    this.#summaryOf = summaryOf;
  }

  of(promotion: Promotion): LiveStatus {
    if (!isApplied(promotion)) return { kind: 'unknown' };
    const next = this.#applied.get(pointerOf(promotion))?.find(other => inOrder(promotion, other) < 0);
    if (next !== undefined)
      return { kind: goesBack(next) ? 'rolled back' : 'replaced', by: next.version, at: next.appliedAt };
    const pointer = this.#pointer(promotion);
    if (pointer === undefined) return { kind: 'unknown' };
    // A newer promotion may be missing, and the summary may be older than the promotions.
    return pointer.promotion !== promotion.id && pointer.promotedAt > promotion.appliedAt
      ? { kind: 'past', now: pointer.version }
      : { kind: 'live' };
  }

  #pointer({ prompt, environment, channel }: Promotion): Pointer | undefined {
    return this.#summaryOf(prompt)?.pointers.find(
      pointer => pointer.environment === environment && pointer.channel === channel,
    );
  }
}

function pointerOf({ prompt, environment, channel }: Promotion): string {
  return `${prompt} ${environment} ${channel}`;
}
