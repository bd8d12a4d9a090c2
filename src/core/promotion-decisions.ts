/** All rules for promotions: permitted actions, and when a promotion moves its pointer. Requests, approvals and the schedule all use them. */
import { type ChangedVersion, writtenBy } from './change-authors.ts';
import { eitherOf } from './either-of.ts';
import type { Environment, Policy } from './environment.ts';
import { missingRules, type OwnerRule } from './owners.ts';
import { isSamePerson } from './person.ts';
import { Problem } from './problem.ts';
import { type ApprovalRecord, isOpen, type PromotionRecord } from './promotion.ts';
import { type Role, roleIncludes } from './role.ts';
import { stateWord } from './state-word.ts';
import { type VersionNumber, versionReference } from './version.ts';

/** The longest time ahead that a promotion may be scheduled, in ms: up to the same day next year. */
export const LONGEST_AHEAD = 366 * 24 * 60 * 60 * 1000;

/** The state at the time of a decision, which counts instead of the state at the request. */
export interface Present {
  readonly environment: Environment;
  /** The pointer's current version; null if unset. */
  readonly current: VersionNumber | null;
  /** True if the version was stable in the policy's `promoteFrom`, or if that is not set. */
  readonly stableBefore: boolean;
  readonly archived: boolean;
  /** RFC 3339 UTC, by the clock: the log's own time may have been shifted. */
  readonly now: string;
}

export interface Actor {
  readonly actor: string;
  readonly role: Role;
}

/** The data that the rules of approval use. */
type Move = Pick<PromotionRecord, 'rollback' | 'effectiveAt'>;

/**
 * Returns true if nobody must approve: a rollback takes effect at once unless the policy requires approval, or it is
 * scheduled, so that there is time to approve.
 */
export function actsAtOnce(policy: Policy, { rollback, effectiveAt }: Move): boolean {
  return rollback && effectiveAt === null && !policy.rollbackNeedsApproval;
}

/** The number of approvals by others: as many as the policy requires, and at least one if what changes has owners. */
export function approvalsNeeded(policy: Policy, move: Move, hasOwners = false): number {
  return actsAtOnce(policy, move) ? 0 : Math.max(policy.approvals, hasOwners ? 1 : 0);
}

/** The approvals that count now: one per person, without the requester and barred people. */
export function countedApprovals(
  { approvals, requestedBy }: Pick<PromotionRecord, 'approvals' | 'requestedBy'>,
  barred: readonly ChangedVersion[],
): ApprovalRecord[] {
  const counted: ApprovalRecord[] = [];
  for (const approval of approvals) {
    const others = [requestedBy, ...counted.map(({ actor }) => actor)];
    if (others.some(other => isSamePerson(other, approval.actor))) continue;
    if (writtenBy(approval.actor, barred) === undefined) counted.push(approval);
  }
  return counted;
}

export interface ProposedPromotion
  extends Pick<PromotionRecord, 'prompt' | 'channel' | 'version' | 'rollback' | 'effectiveAt'> {
  /** The pointer's version as the requester knows it. */
  readonly expected: VersionNumber | null;
}

/**
 * Decides whether a request is applied at once, scheduled, or pending until it is approved.
 * @throws Problem `already_live`, `pointer_moved` with the present version, `prompt_archived`, `not_promoted_from`,
 * `invalid_request` for its time, `role_too_low`
 * @param needed number of approvals; for an atomic release, the most that one of its promotions needs
 */
export function decideRequest(
  asked: ProposedPromotion,
  by: Actor,
  present: Present,
  needed = approvalsNeeded(present.environment.policy, asked),
): 'applied' | 'planned' | 'pending' {
  const { prompt, channel, version, expected, effectiveAt } = asked;
  const { name } = present.environment;
  if (present.current === version)
    throw new Problem(
      'already_live',
      `${channel} of ${name} is already at ${versionReference(prompt, version)}. There is nothing to do.`,
      { current: present.current },
    );
  if (present.current !== expected)
    throw new Problem(
      'pointer_moved',
      `You expected ${channel} of ${name} to be ${said(expected)}, but it is ${said(present.current)} now. Look at what changed, and promote again with "expected": ${present.current}.`,
      { current: present.current },
    );
  checkPermitted(asked, present);
  if (effectiveAt !== null) checkTime(effectiveAt, present.now);
  if (needed > 0) return 'pending';
  if (!roleIncludes(by.role, 'approver'))
    throw new Problem(
      'role_too_low',
      `This would be live in ${name} ${effectiveAt === null ? 'at once' : 'at its time'}, which needs a key of ${name} with the role "approver" or higher; yours has "${by.role}". Ask an approver to promote it.`,
    );
  return effectiveAt === null ? 'applied' : 'planned';
}

/**
 * Decides the effect of one more approval. A promotion that could not be applied now cannot be approved.
 * @param barred changes of the promotion and its release, whose authors may not approve it; empty if the policy allows
 * them
 * @param needed as in `decideRequest`
 * @param owners the rules of owners for its changes, and those of its atomic release: one owner of each must approve
 * @throws Problem `promotion_closed`, `self_approval`, `already_approved`, `pointer_moved`, `prompt_archived`,
 * `not_promoted_from`
 */
export function decideApproval(
  promotion: PromotionRecord,
  { actor }: Pick<Actor, 'actor'>,
  present: Present,
  barred: readonly ChangedVersion[],
  needed = approvalsNeeded(present.environment.policy, promotion),
  owners: readonly OwnerRule[] = [],
): 'applied' | 'planned' | 'pending' {
  checkOpen(promotion);
  if (isSamePerson(actor, promotion.requestedBy))
    throw new Problem(
      'self_approval',
      needed > 0
        ? 'You requested this promotion, so someone else must approve it, whichever key you use.'
        : 'You requested this promotion, so you cannot approve it. The policy no longer asks for approval: request it again.',
    );
  const own = writtenBy(actor, barred);
  if (own !== undefined)
    throw new Problem(
      'self_approval',
      `You wrote ${own}, which this ${promotion.release === null ? 'promotion' : 'release'} changes, so you cannot approve it, whichever key you use. An approver of ${present.environment.name} who neither requested it nor wrote any of what it changes must do so, or an admin allows authors to approve (authorsMayApprove).`,
    );
  if (promotion.approvals.some(approval => isSamePerson(approval.actor, actor)))
    throw new Problem(
      'already_approved',
      'You already approved this promotion, and only one approval per person counts. Someone else must approve next.',
    );
  checkApplicable(promotion, present);
  const approvers = [...countedApprovals(promotion, barred).map(approval => approval.actor), actor];
  if (approvers.length < needed || missingRules(owners, approvers).length > 0)
    return promotion.state === 'planned' ? 'planned' : 'pending';
  return isDue(promotion, present.now) ? 'applied' : 'planned';
}

/** @throws Problem `promotion_closed` */
export function decideRejection(promotion: PromotionRecord): void {
  checkOpen(promotion);
}

/** An ended promotion is final and takes no more comments. @throws Problem `promotion_closed` */
export function decideComment(promotion: PromotionRecord): void {
  if (!isOpen(promotion))
    throw closed(promotion, 'it takes no more comments. Comment on a new request, if there is one.');
}

/** The requester may cancel it, and so may an admin. @throws Problem `promotion_closed`, `role_too_low` */
export function decideCancellation(promotion: PromotionRecord, by: Actor): void {
  checkOpen(promotion);
  if (isSamePerson(by.actor, promotion.requestedBy) || roleIncludes(by.role, 'admin')) return;
  throw new Problem(
    'role_too_low',
    `Only ${promotion.requestedBy}, who requested this promotion, or an admin of ${promotion.environment} may cancel it. An approver may reject it.`,
  );
}

/**
 * Why a planned promotion cannot be applied now that its time has come; undefined if it can. The current policy counts,
 * also for authors (`barred`) and owners.
 */
export function whyHeld(
  promotion: PromotionRecord,
  present: Present,
  barred: readonly ChangedVersion[],
  owners: readonly OwnerRule[] = [],
): Problem | undefined {
  const needed = approvalsNeeded(present.environment.policy, promotion, owners.length > 0);
  const counted = countedApprovals(promotion, barred);
  const has = counted.length;
  if (has < needed)
    return new Problem(
      'too_few_approvals',
      `${present.environment.name} asks for ${needed} ${needed === 1 ? 'approval' : 'approvals'} now, and this has ${has}${has < promotion.approvals.length ? ' that count: authors of what it changes may not approve it' : ''}.`,
    );
  const [missing] = missingRules(
    owners,
    counted.map(({ actor }) => actor),
  );
  if (missing !== undefined)
    return new Problem(
      'owner_needed',
      `"${missing.pattern}" needs the approval of ${eitherOf(missing.owners)} now, and has none that counts.`,
    );
  try {
    checkApplicable(promotion, present);
  } catch (error) {
    if (Problem.is(error)) return error;
    throw error;
  }
  return undefined;
}

/** @throws Problem `part_of_release` for a promotion that is only decided together with the others of its release */
export function checkDecidedAlone(promotion: PromotionRecord): void {
  const { release } = promotion;
  if (release?.atomic !== true || !isOpen(promotion)) return;
  throw new Problem(
    'part_of_release',
    `This promotion is one of release ${release.id}, which goes live as a whole or not at all. Approve, reject or cancel the release.`,
  );
}

/** Returns whether a promotion need not wait for its time, or its time has come. */
export function isDue({ effectiveAt }: Pick<PromotionRecord, 'effectiveAt'>, now: string): boolean {
  return effectiveAt === null || effectiveAt <= now;
}

function checkOpen(promotion: PromotionRecord): void {
  if (!isOpen(promotion))
    throw closed(promotion, 'it cannot change any more. Request a new one if you still need it.');
}

function closed({ state, supersededBy }: PromotionRecord, so: string): Problem {
  const by = supersededBy === null ? '' : ` by promotion ${supersededBy}`;
  return new Problem('promotion_closed', `This promotion was ${stateWord(state)}${by} already; ${so}`);
}

function checkApplicable(promotion: PromotionRecord, present: Present): void {
  const { channel, from } = promotion;
  const { environment, current } = present;
  if (current !== from)
    throw new Problem(
      'pointer_moved',
      `${channel} of ${environment.name} was ${said(from)} when this was requested, but it is ${said(current)} now. Look at what changed, and request a new promotion from there.`,
      { current },
    );
  checkPermitted(promotion, present);
}

/** A version that was live here may go live again even under a stricter policy, because a rollback must not wait. */
function checkPermitted(
  { prompt, version, rollback }: Pick<PromotionRecord, 'prompt' | 'version' | 'rollback'>,
  { environment, archived, stableBefore }: Present,
): void {
  if (rollback) return;
  if (archived)
    throw new Problem(
      'prompt_archived',
      `"${prompt}" is archived: live versions stay live and can be rolled back, but no other version can go live. Restore it first.`,
    );
  const { promoteFrom } = environment.policy;
  if (promoteFrom !== null && !stableBefore)
    throw new Problem(
      'not_promoted_from',
      `${versionReference(prompt, version)} was never stable in ${promoteFrom}, which ${environment.name} requires. Promote it there first.`,
    );
}

/** @throws Problem `invalid_request` for a time in the past or more than a year ahead */
export function checkTime(effectiveAt: string, now: string): void {
  const ahead = Date.parse(effectiveAt) - Date.parse(now);
  if (ahead > 0 && ahead <= LONGEST_AHEAD) return;
  const message = ahead > 0 ? 'is more than a year ahead' : 'is past';
  throw new Problem(
    'invalid_request',
    `"effectiveAt" ${message}: it is ${now} now. Give a time within a year from now, or leave it out to promote at once.`,
    { fields: [{ pointer: '/effectiveAt', message }] },
  );
}

function said(version: VersionNumber | null): string {
  return version === null ? 'unset' : `at version ${version}`;
}
