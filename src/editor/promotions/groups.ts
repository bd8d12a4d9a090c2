/** Groups the promotions of the view, and determines the permitted actions: plain lists and decisions. */
import type { StoredKeyState } from '../../client/choose-key.ts';
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import type { Promotion } from '../../contract/promotions.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { isSamePerson } from '../../core/person.ts';
import { roleIncludes } from '../../core/role.ts';
import { ownersTurnOf } from './owners-actions.ts';

export const GROUPS = ['waiting', 'planned', 'done'] as const;
export type GroupName = (typeof GROUPS)[number];

/**
 * Whose turn it is with a waiting promotion: the person's own, or others', separately for what the person requested.
 */
export const TURNS = ['yours', 'requested', 'others'] as const;
export type PromotionTurn = (typeof TURNS)[number];

export interface Group {
  readonly name: GroupName;
  /** Waiting promotions form one group each. */
  readonly turn?: PromotionTurn;
  /** Finished promotions are grouped by environment. */
  readonly environment?: EnvironmentName;
  readonly promotions: readonly Promotion[];
  /** Pending changes of owners. */
  readonly owners: readonly OwnersChangeRecord[];
}

/** Older promotions are in the log. */
const DONE_SHOWN = 20;

export function groupOf({ state }: Pick<Promotion, 'state'>): GroupName {
  if (state === 'pending') return 'waiting';
  return state === 'planned' ? 'planned' : 'done';
}

/**
 * The groups that are not empty. Waiting promotions are ordered by age, planned ones by time, and finished ones with
 * the latest first; production comes before the environments that lead to it. Duplicates are removed.
 * @param environments in promotion order
 * @param keyOf returns the state of an environment's key
 */
export function groupsOf(
  promotions: readonly Promotion[],
  environments: readonly EnvironmentName[] = [],
  keyOf: (environment: EnvironmentName) => StoredKeyState | undefined = () => undefined,
  owners: readonly OwnersChangeRecord[] = [],
): Group[] {
  const each = [...new Map(promotions.map(promotion => [promotion.id, promotion])).values()];
  const of = (name: GroupName) => each.filter(promotion => groupOf(promotion) === name);
  const done = firstEntries(by(of('done'), endedAt).reverse(), DONE_SHOWN);
  const groups: Group[] = [
    ...TURNS.map(
      (turn): Group => ({
        name: 'waiting',
        turn,
        promotions: by(
          of('waiting').filter(each => turnOf(each, keyOf(each.environment)) === turn),
          ({ requestedAt }) => requestedAt,
        ),
        owners: owners.filter(each => ownersTurnOf(each, keyOf(each.environment)) === turn),
      }),
    ),
    {
      name: 'planned',
      promotions: by(of('planned'), ({ effectiveAt, requestedAt }) => effectiveAt ?? requestedAt),
      owners: [],
    },
    ...[...new Set([...environments.toReversed(), ...done.map(({ environment }) => environment)])].map(
      (environment): Group => ({
        name: 'done',
        environment,
        promotions: done.filter(each => each.environment === environment),
        owners: [],
      }),
    ),
  ];
  return groups.filter(group => group.promotions.length > 0 || group.owners.length > 0);
}

/** A pending change of an environment's owners. */
export interface OwnersEntry {
  readonly kind: 'owners';
  readonly change: OwnersChangeRecord;
}

/** A single promotion, or those of one release. */
export type PromotionEntry =
  | { readonly kind: 'promotion'; readonly promotion: Promotion }
  | { readonly kind: 'release'; readonly release: ShownRelease };

/** The promotions of a release that are in one group. */
export interface ShownRelease {
  readonly id: string;
  readonly atomic: boolean;
  /** At least two, in the order of the group. */
  readonly promotions: readonly Promotion[];
}

/** Promotions in order, with those of a release together at the position of the first. */
export function entriesOf(promotions: readonly Promotion[]): PromotionEntry[] {
  const byEntry = Map.groupBy(promotions, entryOf);
  return [...byEntry.values()].map((together): PromotionEntry => {
    const [promotion, ...others] = together as [Promotion];
    const { release } = promotion;
    return release === null || others.length === 0
      ? { kind: 'promotion', promotion }
      : { kind: 'release', release: { ...release, promotions: together } };
  });
}

function entryOf({ id, release }: Promotion): string {
  return release === null ? id : `release ${release.id}`;
}

/** A release counts as one. */
function firstEntries(promotions: readonly Promotion[], count: number): Promotion[] {
  const shown = new Set([...new Set(promotions.map(entryOf))].slice(0, count));
  return promotions.filter(promotion => shown.has(entryOf(promotion)));
}

/** The actions permitted on a whole release: those permitted on any of its promotions. */
export function permittedReleaseActions(
  promotions: readonly Promotion[],
  key: StoredKeyState | undefined,
): ReviewAction[] {
  const actions = promotions.map(promotion => permittedActions(promotion, key));
  return (['approve', 'reject', 'cancel'] as const).filter(action =>
    actions.some(each => each.includes(action)),
  );
}

/** The turn of a promotion that waits for approval. @param key the person's key for its environment */
export function turnOf(promotion: Promotion, key: StoredKeyState | undefined): PromotionTurn {
  if (permittedActions(promotion, key).includes('approve')) return 'yours';
  return key?.kind === 'known' && isSamePerson(promotion.requestedBy, key.who.actor) ? 'requested' : 'others';
}

/** When it was applied or closed; RFC 3339. */
export function endedAt({ appliedAt, closed, requestedAt }: Promotion): string {
  return appliedAt ?? closed?.at ?? requestedAt;
}

export type ReviewAction = 'approve' | 'reject' | 'cancel';

/** The actions that the person's key permits on a promotion, as known here; the registry decides. */
export function permittedActions(promotion: Promotion, key: StoredKeyState | undefined): ReviewAction[] {
  const group = groupOf(promotion);
  if (group === 'done' || key === undefined) return [];
  if (key.kind === 'unasked')
    return group === 'waiting' ? ['approve', 'reject', 'cancel'] : ['reject', 'cancel'];
  if (key.kind !== 'known') return [];
  const { actor, role } = key.who;
  const own = isSamePerson(promotion.requestedBy, actor);
  const approved = promotion.approvals.some(approval => isSamePerson(approval.actor, actor));
  const actions: ReviewAction[] = [];
  const mayApprove = !own && !approved && !isAuthor(promotion, actor) && doesApprovalHelp(promotion, actor);
  if (group === 'waiting' && roleIncludes(role, 'approver') && mayApprove) actions.push('approve');
  if (roleIncludes(role, 'approver')) actions.push('reject');
  if ((own && roleIncludes(role, 'author')) || role === 'admin') actions.push('cancel');
  return actions;
}

/** Returns true if somebody may not approve a promotion because they wrote what it changes. */
export function isAuthor({ authors }: Pick<Promotion, 'authors'>, actor: string): boolean {
  return authors.some(author => isSamePerson(author, actor));
}

/** Returns true if this person's approval makes progress: if one approval is missing and it must be an owner's, only theirs does. */
export function doesApprovalHelp({ owners, approvals, approvalsNeeded }: Promotion, actor: string): boolean {
  if (owners.length === 0 || approvalsNeeded - approvals.length > 1) return true;
  return owners.some(each => each.owners.some(owner => isSamePerson(owner, actor)));
}

/** RFC 3339 times in UTC sort correctly as text. */
function by(promotions: Promotion[], time: (promotion: Promotion) => string): Promotion[] {
  const order = (a: Promotion, b: Promotion) =>
    time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : Number(a.id) - Number(b.id);
  return promotions.toSorted(order);
}
