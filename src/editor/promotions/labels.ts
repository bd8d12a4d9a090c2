/** The texts of the view Promotions: label, description, tooltip (Markdown) and accessibility label. */
import type { Promotion } from '../../contract/promotions.ts';
import { type Channel, STABLE } from '../../core/channel.ts';
import { goesBack } from '../../core/goes-back.ts';
import { lastSegment } from '../../core/name.ts';
import { ownersRules, waitedForWords } from '../../core/owners-words.ts';
import { oneLine } from '../../core/visible-text.ts';
import { firstLine, type ItemWords } from '../explorer/labels.ts';
import { ageOf, bothZones, counted, instantOf, listed } from '../wording/age.ts';
import { capital } from '../wording/capital.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import { placeOf } from '../wording/place.ts';
import {
  endedAt,
  type Group,
  type GroupName,
  groupOf,
  type PromotionTurn,
  type ReviewAction,
} from './groups.ts';
import type { LiveStatus } from './standing.ts';

const GROUP_TITLES: Readonly<Record<GroupName, string>> = {
  waiting: 'Waiting for approval',
  planned: 'Planned',
  done: 'Done',
};
const TURN_TITLES: Readonly<Record<PromotionTurn, string>> = {
  yours: 'Waiting for you',
  requested: 'Requested by you',
  others: 'Waiting for others',
};

/** `Waiting for you`, `Done: production`. */
export function groupTitle({ name, turn, environment }: Omit<Group, 'promotions' | 'owners'>): string {
  if (turn !== undefined) return TURN_TITLES[turn];
  return environment === undefined ? GROUP_TITLES[name] : `${GROUP_TITLES[name]}: ${environment}`;
}

/** A codicon for each state, for held promotions, and for the current status of applied ones. */
export function iconOf(
  { state, held }: Promotion,
  standing: LiveStatus,
): { readonly icon: string; readonly color?: string } {
  switch (state) {
    case 'pending':
      return held === null ? { icon: 'person-add' } : { icon: 'warning', color: 'list.warningForeground' };
    case 'planned':
      return { icon: 'clock' };
    case 'applied':
      if (standing.kind === 'live') return { icon: 'check', color: 'testing.iconPassed' };
      return { icon: standing.kind === 'rolled back' ? 'discard' : 'history' };
    case 'rejected':
      return { icon: 'close', color: 'list.errorForeground' };
    case 'cancelled':
      return { icon: 'circle-slash' };
    case 'superseded':
      return { icon: 'arrow-swap' };
  }
}

/**
 * The label has what a narrow side bar must show beside the group and the icon. For finished promotions, the version
 * and its status: `@12 live now` in `Done: production`, then `triage · jonas.weber · 2 hours ago`. For waiting or
 * planned ones, the prompt first: `triage@12 production: 1 of 2 approvals`, then `jonas.weber · 2 hours ago`.
 */
export function promotionWords(promotion: Promotion, standing: LiveStatus, now: number): ItemWords {
  const { prompt, version, environment, channel, from } = promotion;
  const state = stateOf(promotion, standing);
  const details = detailsOf(promotion, now).join(' · ');
  const name = lastSegment(prompt);
  const isDone = groupOf(promotion) === 'done';
  return {
    label: isDone
      ? `@${version} ${doneWhere(channel)}${state}`
      : `${name}@${version} ${placeOf(promotion)}: ${state}`,
    description: isDone ? `${name} · ${details}` : details,
    tooltip: () => promotionTooltip(promotion, standing, now),
    spoken: `${prompt} version ${version} to ${channel} in ${environment}, ${from === null ? 'nothing was there' : `from version ${from}`}: ${state} · ${details}`,
  };
}

/** Empty for the default channel, because the group already names the environment. */
function doneWhere(channel: Channel): string {
  return channel === STABLE ? '' : `${channel}: `;
}

/** The current state. */
function stateOf(promotion: Promotion, standing: LiveStatus): string {
  const { state, effectiveAt, requestedAt, held } = promotion;
  if (state === 'pending') return held === null ? waitsWords(promotion) : 'held';
  if (state === 'planned') return instantOf(effectiveAt ?? requestedAt);
  if (state !== 'applied') return state;
  switch (standing.kind) {
    case 'live':
      return 'live now';
    case 'rolled back':
      return `rolled back to @${standing.by}`;
    case 'replaced':
      return `was live until ${instantOf(standing.at)}`;
    case 'past':
      return `no longer live, @${standing.now} is`;
    case 'unknown':
      return 'promoted';
  }
}

/** By whom, and when. */
function detailsOf(promotion: Promotion, now: number): string[] {
  const { state, requestedBy, requestedAt, held, closed } = promotion;
  switch (state) {
    case 'pending':
      return [...(held === null ? [] : [approvalsWords(promotion)]), requestedBy, ageOf(requestedAt, now)];
    case 'planned':
      return [requestedBy];
    case 'applied':
      return [...(goesBack(promotion) ? ['rollback'] : []), requestedBy, ageOf(endedAt(promotion), now)];
    case 'superseded':
      return [requestedBy, ageOf(endedAt(promotion), now)];
    case 'rejected':
    case 'cancelled':
      return [closed?.by ?? requestedBy, ageOf(endedAt(promotion), now)];
  }
}

/** `1 of 2 approvals`. */
export function approvalsWords({ approvals, approvalsNeeded }: Promotion): string {
  // Waiting promotions need an approval although the policy no longer asks for one.
  return `${approvals.length} of ${counted(Math.max(1, approvalsNeeded), 'approval')}`;
}

/** `waiting for dana or sam`; without owners `1 of 2 approvals`. */
export function waitsWords(promotion: Promotion): string {
  const whom = waitedForWords(promotion.owners);
  return whom === undefined ? approvalsWords(promotion) : oneLine(`waiting for ${whom}`);
}

/** The authors, who may not approve it either. */
function authorsWords(authors: readonly string[]): string {
  const named = listed(authors.slice(0, MAX_AUTHORS));
  const more = authors.length - MAX_AUTHORS;
  const who = more > 0 ? `${named} and ${counted(more, 'other')}` : named;
  return `${who} wrote what it changes, so someone else must approve it.`;
}

const MAX_AUTHORS = 5;

function promotionTooltip(promotion: Promotion, standing: LiveStatus, now: number): string {
  const { prompt, version, environment, channel, from, reason, approvals, held, closed } = promotion;
  const { requestedBy, requestedAt, appliedAt, effectiveAt, supersededBy, state, authors } = promotion;
  const md = escapeMarkdown;
  const when = (at: string) => `${md(instantOf(at))} (${md(ageOf(at, now))})`;
  return [
    `**${md(prompt)}@${version}** → ${md(channel)} in ${md(environment)}${goesBack(promotion) ? ', a rollback' : ''}`,
    from === null ? 'Nothing was there before.' : `Instead of @${from}.`,
    `${md(requestedBy)} requested it, ${when(requestedAt)}: ${md(reason)}`,
    ...(state === 'pending' ? [`${md(approvalsWords(promotion))}.`] : []),
    ...(state === 'pending' ? ownersRules(promotion.owners, environment).map(md) : []),
    ...(state === 'pending' && authors.length > 0 ? [md(authorsWords(authors))] : []),
    ...approvals.map(
      ({ actor, at, comment }) =>
        `Approved by ${md(actor)}, ${when(at)}${comment === '' ? '' : `: ${md(comment)}`}`,
    ),
    ...(held === null ? [] : [`**Held** ${when(held.at)}: ${md(held.detail)}`]),
    ...(effectiveAt === null
      ? []
      : [
          `${state === 'pending' || state === 'planned' ? 'Goes' : 'Was to go'} live on ${md(bothZones(effectiveAt))}`,
        ]),
    ...(appliedAt === null ? [] : [lifeOf(appliedAt, standing, when)]),
    ...(closed === null
      ? []
      : [
          `${capital(state)} by ${md(closed.by)}, ${when(closed.at)}${closed.comment === '' ? '' : `: ${md(closed.comment)}`}`,
        ]),
    ...(supersededBy === null ? [] : [`A newer request, ${md(supersededBy)}, replaced it.`]),
  ].join('\n\n');
}

/** The time span in which it was live. */
function lifeOf(appliedAt: string, standing: LiveStatus, when: (at: string) => string): string {
  switch (standing.kind) {
    case 'live':
      return `**Live now**, since ${when(appliedAt)}`;
    case 'replaced':
      return `Live from ${when(appliedAt)} until ${when(standing.at)}, when @${standing.by} was promoted.`;
    case 'rolled back':
      return `Live from ${when(appliedAt)} until ${when(standing.at)}, when it was rolled back to @${standing.by}.`;
    case 'past':
      return `Promoted ${when(appliedAt)}. It is no longer live: @${standing.now} is.`;
    case 'unknown':
      return `Promoted ${when(appliedAt)}`;
  }
}

/** The label of a promotion in a list. */
export function promotionOption(promotion: Promotion, standing: LiveStatus, now: number) {
  return {
    label: `${promotion.prompt}@${promotion.version} → ${placeOf(promotion)}`,
    description: [stateOf(promotion, standing), ...detailsOf(promotion, now)].join(' · '),
    detail: firstLine(promotion.reason),
    icon: iconOf(promotion, standing).icon,
    value: promotion,
  };
}

/** Describes the state after an approval, rejection or cancellation. */
export function afterReview(action: ReviewAction, promotion: Promotion): string {
  const { prompt, version, from, state, effectiveAt } = promotion;
  const reference = `${prompt}@${version}`;
  const where = `live in ${placeOf(promotion)}`;
  const still = from === null ? `Nothing is ${where} yet.` : `${prompt}@${from} is still ${where}.`;
  if (action === 'reject') return `Rejected: ${reference} does not go ${where}. ${still}`;
  if (action === 'cancel') return `Canceled: ${reference} does not go ${where}. ${still}`;
  if (state === 'applied')
    return `Approved: ${reference} is now ${where}.${from === null ? '' : ` It was @${from}.`}`;
  if (state === 'planned' && effectiveAt !== null)
    return `Approved: ${reference} goes ${where} on ${bothZones(effectiveAt)}.`;
  return `Approved: ${reference} has ${approvalsWords(promotion)} and waits${forWhom(promotion)}. ${still}`;
}

function forWhom({ owners }: Promotion): string {
  const whom = waitedForWords(owners);
  return whom === undefined ? '' : oneLine(` for ${whom}`);
}
