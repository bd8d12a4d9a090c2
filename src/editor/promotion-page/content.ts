/** The content of a promotion's page, built from the registry's data: plain data and sentences. */
import type { StoredKeyState } from '../../client/choose-key.ts';
import type { Comment, Promotion } from '../../contract/promotions.ts';
import { goesBack } from '../../core/goes-back.ts';
import { waitedForWords } from '../../core/owners-words.ts';
import { isSamePerson } from '../../core/person.ts';
import { roleIncludes } from '../../core/role.ts';
import { oneLine, visibleLines } from '../../core/visible-text.ts';
import { MAX_COMMENT } from '../promotions/comment-length.ts';
import {
  doesApprovalHelp,
  groupOf,
  isAuthor,
  permittedActions,
  type ReviewAction,
} from '../promotions/groups.ts';
import { approvalsWords } from '../promotions/labels.ts';
import type { LiveStatus } from '../promotions/standing.ts';
import { ageOf, bothZones, instantOf } from '../wording/age.ts';
import { placeOf } from '../wording/place.ts';
import type { ChangeSummary } from './change-summary.ts';
import type { Action, Fact, PromotionContent, Said } from './messages.ts';
import { type PolicyOf, policyWords } from './policy-words.ts';

export interface ContentParts extends PolicyOf {
  readonly promotion: Promotion;
  readonly standing: LiveStatus;
  /** Oldest first. */
  readonly comments: readonly Comment[];
  /** Undefined while it is loading; a sentence if it is not available. */
  readonly change: ChangeSummary | { readonly unknown: string } | undefined;
  /** The key of the promotion's environment. */
  readonly key: StoredKeyState | undefined;
  readonly trouble: string | undefined;
  /** True if the window is connected to another registry, so that no action is possible. */
  readonly isElsewhere: boolean;
  /** ms since 1970. */
  readonly now: number;
}

/** The maximum number of comments on the page, the newest ones. */
const MAX_COMMENTS = 200;

export function contentOf(parts: ContentParts): PromotionContent {
  const { promotion, comments, change, now, trouble, isElsewhere } = parts;
  const key = isElsewhere ? undefined : parts.key;
  const isKnown = change !== undefined && !('unknown' in change);
  const hasEnded = groupOf(promotion) === 'done';
  return {
    id: promotion.id,
    title: titleOf(promotion),
    status: statusOf(parts),
    facts: factsOf(parts),
    changes: isKnown ? change.changes : [change?.unknown ?? 'Comparing the versions…'],
    breaking: isKnown ? change.breaking : undefined,
    policy: hasEnded ? [] : policyWords(promotion, parts),
    approvals: promotion.approvals.map(({ actor, at, comment }) => said(actor, at, comment, undefined, now)),
    discussion: comments
      .slice(-MAX_COMMENTS)
      .map(({ actor, at, text, place }) => said(actor, at, text, whereOf(promotion, place), now)),
    left: Math.max(0, comments.length - MAX_COMMENTS),
    actions: permittedActions(promotion, key).map(action => actionOf(action, promotion)),
    note: hasEnded || isElsewhere ? undefined : noteOf(promotion, key),
    mayComment: !hasEnded,
    longestComment: MAX_COMMENT,
    trouble,
  };
}

/** `Promote support/triage@12 to production`, `Roll back support/triage to @11 in production`. */
export function titleOf(promotion: Promotion): string {
  const { prompt, version } = promotion;
  const place = placeOf(promotion);
  return goesBack(promotion)
    ? `Roll back ${prompt} to @${version} in ${place}`
    : `Promote ${prompt}@${version} to ${place}`;
}

function statusOf({ promotion, standing }: ContentParts): string {
  const { state, held, effectiveAt } = promotion;
  switch (state) {
    case 'pending':
      return held === null
        ? oneLine(
            `Waiting for ${waitedForWords(promotion.owners) ?? 'approval'}: ${approvalsWords(promotion)}`,
          )
        : `Held: ${oneLine(held.detail)}`;
    case 'planned':
      return effectiveAt === null ? 'Approved' : `Approved: goes live on ${bothZones(effectiveAt)}`;
    case 'applied':
      return lifeOf(standing);
    case 'rejected':
      return 'Rejected';
    case 'cancelled':
      return 'Canceled';
    case 'superseded':
      return 'Superseded by a newer request';
  }
}

function lifeOf(standing: LiveStatus): string {
  switch (standing.kind) {
    case 'live':
      return 'Live now';
    case 'replaced':
      return `Replaced by @${standing.by} on ${instantOf(standing.at)}`;
    case 'rolled back':
      return `Rolled back to @${standing.by} on ${instantOf(standing.at)}`;
    case 'past':
      return `No longer live: @${standing.now} is`;
    case 'unknown':
      return 'Promoted';
  }
}

function factsOf({ promotion, now }: ContentParts): Fact[] {
  const { from, requestedBy, requestedAt, reason, effectiveAt, appliedAt, closed, state, release } =
    promotion;
  const when = (at: string) => `${instantOf(at)} (${ageOf(at, now)})`;
  const closedBy =
    closed === null
      ? []
      : [
          {
            term: state === 'rejected' ? 'Rejected by' : state === 'cancelled' ? 'Canceled by' : 'Closed by',
            text: `${oneLine(closed.by)}, ${when(closed.at)}${closed.comment === '' ? '' : `: ${visibleLines(closed.comment)}`}`,
          },
        ];
  return [
    { term: 'Replaces', text: from === null ? 'Nothing: it is the first version there' : `@${from}` },
    { term: 'Requested by', text: `${oneLine(requestedBy)}, ${when(requestedAt)}` },
    { term: 'Reason', text: visibleLines(reason) },
    ...(release === null ? [] : [{ term: 'Release', text: releaseOf(release) }]),
    ...(effectiveAt === null || appliedAt !== null
      ? []
      : [{ term: 'Planned for', text: bothZones(effectiveAt) }]),
    ...(appliedAt === null ? [] : [{ term: 'Went live', text: when(appliedAt) }]),
    ...closedBy,
  ];
}

function releaseOf({ id, atomic }: NonNullable<Promotion['release']>): string {
  return atomic
    ? `${id}: it goes live and is reviewed together with the others`
    : `${id}: requested with others, reviewed on its own`;
}

function said(who: string, at: string, text: string, where: string | undefined, now: number): Said {
  return { who: oneLine(who), when: instantOf(at, undefined, now), where, text: visibleLines(text) };
}

function whereOf({ from, version }: Promotion, place: Comment['place']): string | undefined {
  if (place === null) return undefined;
  return `@${place.side === 'from' ? from : version}, line ${place.line}`;
}

function actionOf(action: ReviewAction, { version, environment, release }: Promotion): Action {
  // Promotions that only go live together are reviewed together.
  const what = release?.atomic === true ? `Release ${release.id}` : `@${version}`;
  switch (action) {
    case 'approve':
      return { action, label: `Approve ${what} for ${environment}…` };
    case 'reject':
      return { action, label: `Reject ${what} for ${environment}…` };
    case 'cancel':
      return { action, label: `Cancel Promotion of ${what} to ${environment}…` };
  }
}

/** Why the person cannot approve; undefined if they can, or it is unknown. */
function noteOf(promotion: Promotion, key: StoredKeyState | undefined): string | undefined {
  if (promotion.state !== 'pending') return undefined;
  const { environment } = promotion;
  if (key === undefined || key.kind === 'none')
    return `You have no key for ${environment}, so you cannot review it. Set one to approve or reject.`;
  if (key.kind !== 'known') return undefined;
  const { actor, role } = key.who;
  if (permittedActions(promotion, key).includes('approve')) return undefined;
  if (isSamePerson(promotion.requestedBy, actor)) return 'You requested it, so someone else must approve it.';
  if (isAuthor(promotion, actor)) return 'You wrote what it changes, so someone else must approve it.';
  if (promotion.approvals.some(approval => isSamePerson(approval.actor, actor)))
    return 'You approved it. It is waiting for someone else.';
  if (roleIncludes(role, 'approver') && !doesApprovalHelp(promotion, actor))
    return oneLine(
      `You do not own what it changes. It is waiting for ${waitedForWords(promotion.owners)}; your approval would not be enough.`,
    );
  return `Your ${environment} key has the role ${role}. Approving needs the role approver.`;
}
