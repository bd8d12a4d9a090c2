/** Determines whose turn it is with a change of owners, and the permitted actions, as far as they are known here. */
import type { StoredKeyState } from '../../client/choose-key.ts';
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import { isSamePerson } from '../../core/person.ts';
import { roleIncludes } from '../../core/role.ts';
import type { PromotionTurn, ReviewAction } from './groups.ts';

/** @param key the person's key for its environment; the registry decides */
export function permittedOwnersActions(
  change: OwnersChangeRecord,
  key: StoredKeyState | undefined,
): ReviewAction[] {
  if (change.state !== 'pending' || key === undefined) return [];
  if (key.kind === 'unasked') return ['approve', 'reject', 'cancel'];
  if (key.kind !== 'known') return [];
  const { actor, role } = key.who;
  const own = isSamePerson(change.requestedBy, actor);
  const approved = change.approvals.some(approval => isSamePerson(approval.actor, actor));
  const actions: ReviewAction[] = [];
  if (roleIncludes(role, 'approver') && !own && !approved) actions.push('approve');
  if (roleIncludes(role, 'approver')) actions.push('reject');
  if ((own && roleIncludes(role, 'author')) || role === 'admin') actions.push('cancel');
  return actions;
}

export function ownersTurnOf(change: OwnersChangeRecord, key: StoredKeyState | undefined): PromotionTurn {
  if (permittedOwnersActions(change, key).includes('approve')) return 'yours';
  return key?.kind === 'known' && isSamePerson(change.requestedBy, key.who.actor) ? 'requested' : 'others';
}
