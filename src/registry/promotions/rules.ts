/** The requirements of the policy and the owners for an open promotion; in a release also for the other promotions, which are approved together. */
import type { ChangedVersion } from '../../core/change-authors.ts';
import type { Policy } from '../../core/environment.ts';
import { type OwnerRule, rulesFor } from '../../core/owners.ts';
import { isAtomic, type PromotionRecord } from '../../core/promotion.ts';
import { actsAtOnce, approvalsNeeded } from '../../core/promotion-decisions.ts';
import { readOwners } from '../owners/events.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { turns } from '../turns.ts';
import { readBarred, readChanged, type VersionStep } from './barred.ts';
import { releaseMembers } from './release-members.ts';

export interface Rules {
  /** The versions whose authors may not approve it. */
  readonly barred: readonly ChangedVersion[];
  /** The number of approvals. */
  readonly needed: number;
  /** An owner of each rule must be among the approvers. */
  readonly owners: readonly OwnerRule[];
}

/** The rules of whole releases by id, so that a caller with several promotions reads each release only once. */
export type ReleaseRules = Map<number, Promise<RulesOfRelease>>;

export interface RulesOfRelease {
  /** For all its promotions together: an author of any of its versions cannot approve any of it. */
  readonly all: Rules;
  /** For each promotion on its own, by id. */
  readonly each: ReadonlyMap<number, Rules>;
}

export async function readRules(
  snapshot: ReadSnapshot,
  policy: Policy,
  promotion: PromotionRecord,
  releases: ReleaseRules = new Map(),
): Promise<Rules> {
  const { release } = promotion;
  if (release === null) return rulesOfOne(snapshot, policy, promotion);
  const reading =
    releases.get(release.id) ??
    releaseMembers(snapshot, release.id).then(members => rulesOf(snapshot, policy, members));
  releases.set(release.id, reading);
  return rulesIn(await reading, promotion);
}

/** The rules for a promotion of a release: those of the whole, if it is atomic. */
export function rulesIn({ all, each }: RulesOfRelease, promotion: PromotionRecord): Rules {
  const own = each.get(promotion.id);
  return isAtomic(promotion) || own === undefined ? all : { ...own, barred: all.barred };
}

export async function rulesOf(
  snapshot: ReadSnapshot,
  policy: Policy,
  members: readonly PromotionRecord[],
): Promise<RulesOfRelease> {
  const turn = turns();
  const each = new Map<number, Rules>();
  for (const member of members) {
    await turn();
    each.set(member.id, await rulesOfOne(snapshot, policy, member));
  }
  const rules = [...each.values()];
  const owners = new Set(rules.flatMap(one => one.owners));
  const all = {
    barred: rules.flatMap(one => one.barred),
    needed: Math.max(0, ...rules.map(one => one.needed)),
    owners: [...owners].sort((one, other) => one.line - other.line),
  };
  return { all, each };
}

type Asked = VersionStep & Pick<PromotionRecord, 'environment' | 'rollback' | 'effectiveAt'>;

async function rulesOfOne(snapshot: ReadSnapshot, policy: Policy, asked: Asked): Promise<Rules> {
  const all = await ownersFor(snapshot, policy, asked);
  const changed = all.length > 0 || !policy.authorsMayApprove ? await readChanged(snapshot, asked) : [];
  const owners = rulesFor(
    all,
    changed.map(({ prompt }) => prompt),
  );
  return {
    barred: await readBarred(snapshot, policy, changed),
    needed: approvalsNeeded(policy, asked, owners.length > 0),
    owners,
  };
}

/** The number of approvals that a request needs; reads its changes only if they matter. */
export async function readNeeded(snapshot: ReadSnapshot, policy: Policy, asked: Asked): Promise<number> {
  const needed = approvalsNeeded(policy, asked);
  if (needed > 0) return needed;
  const all = await ownersFor(snapshot, policy, asked);
  if (all.length === 0) return 0;
  const changed = (await readChanged(snapshot, asked)).map(({ prompt }) => prompt);
  return approvalsNeeded(policy, asked, rulesFor(all, changed).length > 0);
}

/** All rules that apply; none for a rollback without approval. */
async function ownersFor(
  snapshot: ReadSnapshot,
  policy: Policy,
  asked: Asked,
): Promise<readonly OwnerRule[]> {
  return actsAtOnce(policy, asked) ? [] : (await readOwners(snapshot, asked.environment)).rules;
}
