/** Whose turn it is with a change of owners, and what one may do with it: plain decisions, as far as it can be known here. */
import type { KeyState } from '../../client/choose-key.ts';
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import { isSamePerson } from '../../core/person.ts';
import { roleIncludes } from '../../core/role.ts';
import type { Deed, Turn } from './groups.ts';

/** With one's key for its environment; the registry has the last word. */
export function ownersDeedsFor(change: OwnersChangeRecord, key: KeyState | undefined): Deed[] {
  if (change.state !== 'pending' || key === undefined) return [];
  if (key.kind === 'unasked') return ['approve', 'reject', 'cancel'];
  if (key.kind !== 'known') return [];
  const { actor, role } = key.who;
  const own = isSamePerson(change.requestedBy, actor);
  const approved = change.approvals.some(approval => isSamePerson(approval.actor, actor));
  const deeds: Deed[] = [];
  if (roleIncludes(role, 'approver') && !own && !approved) deeds.push('approve');
  if (roleIncludes(role, 'approver')) deeds.push('reject');
  if ((own && roleIncludes(role, 'author')) || role === 'admin') deeds.push('cancel');
  return deeds;
}

export function ownersTurnOf(change: OwnersChangeRecord, key: KeyState | undefined): Turn {
  if (ownersDeedsFor(change, key).includes('approve')) return 'yours';
  return key?.kind === 'known' && isSamePerson(change.requestedBy, key.who.actor) ? 'requested' : 'others';
}
