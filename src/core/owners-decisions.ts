/** Rules for approving, rejecting and canceling changes of owners. As with promotions, the requester cannot approve. */
import type { Policy } from './environment.ts';
import type { OwnersApproval, OwnersChange } from './owners-change.ts';
import { isSamePerson } from './person.ts';
import { Problem } from './problem.ts';
import type { Actor } from './promotion-decisions.ts';
import { roleIncludes } from './role.ts';
import { stateWord } from './state-word.ts';

/** The number of others who must approve a change: as many as for a promotion, and at least one if there are owners. */
export function ownersApprovalsNeeded({ approvals }: Policy, hasOwners: boolean): number {
  return Math.max(approvals, hasOwners ? 1 : 0);
}

/**
 * Decides the effect of one more approval on a change.
 * @param counted approvals whose keys have not been revoked
 * @throws Problem `owners_change_closed`, `self_approval`, `already_approved`
 */
export function decideOwnersApproval(
  change: OwnersChange,
  { actor }: Pick<Actor, 'actor'>,
  counted: readonly OwnersApproval[],
  needed: number,
): 'applied' | 'pending' {
  checkWaits(change);
  if (isSamePerson(actor, change.requestedBy))
    throw new Problem(
      'self_approval',
      needed > 0
        ? 'You requested this change of owners, so someone else must approve it, whichever key you use.'
        : 'You requested this change of owners, so you cannot approve it. The policy no longer asks for approval: cancel it and request it again.',
    );
  if (counted.some(approval => isSamePerson(approval.actor, actor)))
    throw new Problem(
      'already_approved',
      'You already approved this change of owners, and only one approval per person counts. Someone else must approve next.',
    );
  return counted.length + 1 < needed ? 'pending' : 'applied';
}

/** @throws Problem `owners_change_closed` */
export function decideOwnersRejection(change: OwnersChange): void {
  checkWaits(change);
}

/** The requester may cancel it, and so may an admin. @throws Problem `owners_change_closed`, `role_too_low` */
export function decideOwnersCancellation(change: OwnersChange, by: Actor): void {
  checkWaits(change);
  if (isSamePerson(by.actor, change.requestedBy) || roleIncludes(by.role, 'admin')) return;
  throw new Problem(
    'role_too_low',
    `Only ${change.requestedBy}, who requested this change of owners, or an admin of ${change.environment} may cancel it. An approver may reject it.`,
  );
}

function checkWaits({ state }: OwnersChange): void {
  if (state === 'pending') return;
  throw new Problem(
    'owners_change_closed',
    `This change of owners was already ${stateWord(state)}. Request a new one if you still need it.`,
  );
}
