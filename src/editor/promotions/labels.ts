/** The words of the view Promotions: label, description, tooltip (Markdown) and what a screen reader says. */
import type { Promotion } from '../../contract/promotions.ts';
import { STABLE } from '../../core/channel.ts';
import { lastSegment } from '../../core/name.ts';
import { firstLine, type ItemWords } from '../explorer/labels.ts';
import { ageOf, bothZones, counted, instantOf } from '../wording/age.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import { type Deed, endedAt, type GroupName } from './groups.ts';

export const GROUP_TITLES: Readonly<Record<GroupName, string>> = {
  waiting: 'Waiting for approval',
  planned: 'Planned',
  done: 'Done recently',
};

/** A codicon for each state, and for one that was held. */
export function iconOf({ state, held }: Promotion): { icon: string; colour?: string } {
  switch (state) {
    case 'pending':
      return held === null ? { icon: 'person-add' } : { icon: 'warning', colour: 'list.warningForeground' };
    case 'planned':
      return { icon: 'clock' };
    case 'applied':
      return { icon: 'check', colour: 'testing.iconPassed' };
    case 'rejected':
      return { icon: 'close', colour: 'list.errorForeground' };
    case 'cancelled':
      return { icon: 'circle-slash' };
    case 'superseded':
      return { icon: 'arrow-swap' };
  }
}

/** `triage@12` with `→ production · 1 of 2 approvals · jonas.weber · 2 hours ago`: what is cut off last comes first. */
export function promotionWords(promotion: Promotion, now: number): ItemWords {
  const { prompt, version, environment, channel, from } = promotion;
  const state = stateWords(promotion, now);
  return {
    label: `${lastSegment(prompt)}@${version}`,
    description: `→ ${whereTo(promotion)} · ${state}`,
    tooltip: () => promotionTooltip(promotion, now),
    spoken: `${prompt} version ${version} to ${channel} in ${environment}, ${from === null ? 'nothing was there' : `from version ${from}`}: ${state}`,
  };
}

function whereTo({ environment, channel }: Promotion): string {
  return channel === STABLE ? environment : `${environment} (${channel})`;
}

/** What state it is in, by whom or until when. */
function stateWords(promotion: Promotion, now: number): string {
  const { state, requestedBy, requestedAt, effectiveAt, rollback, held, closed } = promotion;
  switch (state) {
    case 'pending':
      return [
        ...(held === null ? [] : ['held']),
        approvalsWords(promotion),
        requestedBy,
        ageOf(requestedAt, now),
      ].join(' · ');
    case 'planned':
      return `${instantOf(effectiveAt ?? requestedAt)} · ${requestedBy}`;
    case 'applied':
      return `${rollback ? 'rolled back' : 'live'} · ${ageOf(endedAt(promotion), now)} · ${requestedBy}`;
    case 'superseded':
      return `superseded · ${ageOf(endedAt(promotion), now)} · ${requestedBy}`;
    case 'rejected':
    case 'cancelled':
      return `${state} · ${ageOf(endedAt(promotion), now)} · ${closed?.by ?? requestedBy}`;
  }
}

/** `1 of 2 approvals`. */
export function approvalsWords({ approvals, approvalsNeeded }: Promotion): string {
  return `${approvals.length} of ${counted(approvalsNeeded, 'approval')}`;
}

function promotionTooltip(promotion: Promotion, now: number): string {
  const { prompt, version, environment, channel, from, rollback, reason, approvals, held, closed } =
    promotion;
  const { requestedBy, requestedAt, appliedAt, effectiveAt, supersededBy, state } = promotion;
  const md = escapeMarkdown;
  const when = (at: string) => `${md(instantOf(at))} (${md(ageOf(at, now))})`;
  return [
    `**${md(prompt)}@${version}** → ${md(channel)} in ${md(environment)}${rollback ? ', a rollback' : ''}`,
    from === null ? 'Nothing was there before.' : `Instead of @${from}.`,
    `${md(requestedBy)} asked for it, ${when(requestedAt)}: ${md(reason)}`,
    ...(state === 'pending' ? [`${md(approvalsWords(promotion))}.`] : []),
    ...approvals.map(
      ({ actor, at, comment }) =>
        `Approved by ${md(actor)}, ${when(at)}${comment === '' ? '' : `: ${md(comment)}`}`,
    ),
    ...(held === null ? [] : [`**Held** ${when(held.at)}: ${md(held.detail)}`]),
    ...(effectiveAt === null
      ? []
      : [
          `${state === 'pending' || state === 'planned' ? 'Goes' : 'Was to go'} live at ${md(bothZones(effectiveAt))}`,
        ]),
    ...(appliedAt === null ? [] : [`Live since ${when(appliedAt)}`]),
    ...(closed === null
      ? []
      : [
          `${capital(state)} by ${md(closed.by)}, ${when(closed.at)}${closed.comment === '' ? '' : `: ${md(closed.comment)}`}`,
        ]),
    ...(supersededBy === null ? [] : [`A newer request, ${md(supersededBy)}, took its place.`]),
  ].join('\n\n');
}

/** What is shown where a promotion is chosen from a list. */
export function promotionOption(promotion: Promotion, now: number) {
  return {
    label: `${promotion.prompt}@${promotion.version} → ${whereTo(promotion)}`,
    description: stateWords(promotion, now),
    detail: firstLine(promotion.reason),
    icon: iconOf(promotion).icon,
    value: promotion,
  };
}

/** What is true after one approved, rejected or cancelled. */
export function afterDeed(deed: Deed, promotion: Promotion): string {
  const { prompt, version, channel, environment, from, state, effectiveAt } = promotion;
  const reference = `${prompt}@${version}`;
  const where = `${channel} in ${environment}`;
  const still = from === null ? `Nothing is ${where} yet.` : `${prompt}@${from} is still ${where}.`;
  if (deed === 'reject') return `Rejected: ${reference} does not become ${where}. ${still}`;
  if (deed === 'cancel') return `Cancelled: ${reference} does not become ${where}. ${still}`;
  if (state === 'applied') return `Approved: ${reference} is now ${where}.`;
  if (state === 'planned' && effectiveAt !== null)
    return `Approved: ${reference} becomes ${where} at ${bothZones(effectiveAt)}.`;
  return `Approved: ${reference} has ${approvalsWords(promotion)} and waits. ${still}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
