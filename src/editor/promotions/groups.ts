/** The promotions of the view in their groups, and what one may do with each: plain lists and decisions. */

import type { KeyState } from '../../client/choose-key.ts';
import type { Promotion } from '../../contract/promotions.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { isSamePerson } from '../../core/person.ts';
import { roleIncludes } from '../../core/role.ts';

export const GROUPS = ['waiting', 'planned', 'done'] as const;
export type GroupName = (typeof GROUPS)[number];

export interface Group {
  readonly name: GroupName;
  /** What was done is a group for each environment. */
  readonly environment?: EnvironmentName;
  readonly promotions: readonly Promotion[];
}

/** What ended longer ago is in the log. */
const DONE_SHOWN = 20;

export function groupOf({ state }: Pick<Promotion, 'state'>): GroupName {
  if (state === 'pending') return 'waiting';
  return state === 'planned' ? 'planned' : 'done';
}

/**
 * Those that hold something, in their order: who waits longest first, what goes live soonest first, what ended last
 * first, production before the environments that lead to it. A promotion that is listed twice is shown once.
 * @param environments in promotion order
 */
export function groupsOf(
  promotions: readonly Promotion[],
  environments: readonly EnvironmentName[] = [],
): Group[] {
  const each = [...new Map(promotions.map(promotion => [promotion.id, promotion])).values()];
  const of = (name: GroupName) => each.filter(promotion => groupOf(promotion) === name);
  const done = by(of('done'), endedAt).reverse().slice(0, DONE_SHOWN);
  const groups: Group[] = [
    { name: 'waiting', promotions: by(of('waiting'), ({ requestedAt }) => requestedAt) },
    {
      name: 'planned',
      promotions: by(of('planned'), ({ effectiveAt, requestedAt }) => effectiveAt ?? requestedAt),
    },
    ...[...new Set([...environments.toReversed(), ...done.map(({ environment }) => environment)])].map(
      (environment): Group => ({
        name: 'done',
        environment,
        promotions: done.filter(each => each.environment === environment),
      }),
    ),
  ];
  return groups.filter(group => group.promotions.length > 0);
}

/** When it was applied or closed; RFC 3339. */
export function endedAt({ appliedAt, closed, requestedAt }: Promotion): string {
  return appliedAt ?? closed?.at ?? requestedAt;
}

export type Deed = 'approve' | 'reject' | 'cancel';

/** What one's key lets one do with a promotion, as far as it can be known here; the registry has the last word. */
export function deedsFor(promotion: Promotion, key: KeyState | undefined): Deed[] {
  const group = groupOf(promotion);
  if (group === 'done' || key === undefined) return [];
  if (key.kind === 'unasked')
    return group === 'waiting' ? ['approve', 'reject', 'cancel'] : ['reject', 'cancel'];
  if (key.kind !== 'known') return [];
  const { actor, role } = key.who;
  const own = isSamePerson(promotion.requestedBy, actor);
  const approved = promotion.approvals.some(approval => isSamePerson(approval.actor, actor));
  const deeds: Deed[] = [];
  const mayApprove = !own && !approved && !isAuthor(promotion, actor);
  if (group === 'waiting' && roleIncludes(role, 'approver') && mayApprove) deeds.push('approve');
  if (roleIncludes(role, 'approver')) deeds.push('reject');
  if ((own && roleIncludes(role, 'author')) || role === 'admin') deeds.push('cancel');
  return deeds;
}

/** Whether somebody may not approve a promotion as they wrote what it changes. */
export function isAuthor({ authors }: Pick<Promotion, 'authors'>, actor: string): boolean {
  return authors.some(author => isSamePerson(author, actor));
}

/** Times of RFC 3339 in UTC stand in their order as text. */
function by(promotions: Promotion[], time: (promotion: Promotion) => string): Promotion[] {
  const order = (a: Promotion, b: Promotion) =>
    time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : Number(a.id) - Number(b.id);
  return promotions.toSorted(order);
}
