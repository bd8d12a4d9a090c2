/** Releases: promotions to one channel of one environment that were requested together. */
import type { PromptName } from './name.ts';
import type { PromotionState } from './promotion.ts';
import type { VersionNumber } from './version.ts';

/** The maximum number of prompts in a release, which is applied in one transaction. */
export const MAX_RELEASE_ITEMS = 200;

/** `mixed`: its promotions ended in different ways, which is possible if it is not atomic. */
export type ReleaseState = PromotionState | 'mixed';

/** The state of a release whose promotions have these states: pending while any of them is. */
export function releaseState(states: Iterable<PromotionState>): ReleaseState {
  const all = new Set(states);
  if (all.has('pending')) return 'pending';
  if (all.has('planned')) return 'planned';
  const [only, ...others] = all;
  return only === undefined || others.length > 0 ? 'mixed' : only;
}

/** The effect of a release on one prompt, for rolling back. */
interface Promoted {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  readonly from: VersionNumber | null;
  readonly state: PromotionState;
}

export interface RollbackItem {
  readonly prompt: PromptName;
  /** The version that was live before the release. */
  readonly version: VersionNumber;
  /** The version that the release promoted, which is live now. */
  readonly from: VersionNumber;
}

export interface NotRolledBack {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** `first`: nothing was live before. `moved`: another version is live now, or none. */
  readonly why: 'not_applied' | 'first' | 'moved';
  readonly current: VersionNumber | null;
}

export interface ReleaseRollback {
  readonly items: readonly RollbackItem[];
  readonly others: readonly NotRolledBack[];
}

/**
 * Returns the moves that undo a release: each prompt whose version is still live returns to the one before.
 * @param current returns the version that a prompt's pointer points to now; null if unset
 */
export function releaseRollback(
  promotions: readonly Promoted[],
  current: (prompt: PromptName) => VersionNumber | null,
): ReleaseRollback {
  const items: RollbackItem[] = [];
  const others: NotRolledBack[] = [];
  for (const { prompt, version, from, state } of promotions) {
    const now = current(prompt);
    const why = state !== 'applied' ? 'not_applied' : now !== version ? 'moved' : 'first';
    if (state === 'applied' && now === version && from !== null)
      items.push({ prompt, version: from, from: version });
    else others.push({ prompt, version, why, current: now });
  }
  return { items, others };
}
