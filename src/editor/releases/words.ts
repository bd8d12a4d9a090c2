/** The sentences for releases: the question before, refusals, and the result. */
import type { Promotion } from '../../contract/promotions.ts';
import type { Release, ReleaseAnswer } from '../../contract/releases.ts';
import { approvalsMissing } from '../../core/approvals-missing.ts';
import { waitedForWords } from '../../core/owners-words.ts';
import type { Problem } from '../../core/problem.ts';
import type { NotRolledBack, RollbackItem } from '../../core/release.ts';
import { versionReference } from '../../core/version.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Confirmation, TextQuestion } from '../asking/ask.ts';
import { replacedSentence } from '../promotion/replaced.ts';
import { validateComment } from '../promotions/comment-length.ts';
import type { ReviewAction } from '../promotions/groups.ts';
import { moveWords } from '../promotions/release-labels.ts';
import { bothZones, counted, listed } from '../wording/age.ts';
import { placeOf } from '../wording/place.ts';
import type { Promotable } from './differences.ts';

/** The maximum number of names; others are only counted. */
const MOST_NAMED = 10;

interface Place {
  readonly environment: string;
  readonly channel: string;
}

/** The modal question before a release. */
export function releaseQuestion(
  moves: readonly Promotable[],
  place: Place,
  {
    reason,
    approvals,
    open = [],
  }: {
    readonly reason: string;
    readonly approvals: number;
    /** Waiting requests that the release replaces. */
    readonly open?: readonly Promotion[];
  },
): Confirmation {
  const count = moves.length;
  const verb = approvals > 0 ? 'Ask to Promote' : 'Promote';
  const waits =
    approvals === 0
      ? ''
      : `It waits for ${counted(approvals, 'approval')} of the whole release by someone else.`;
  return {
    message: `Promote ${counted(count, 'prompt')} to ${placeOf(place)}?`,
    detail: [
      ...named(moves),
      '',
      ...(waits === '' ? [] : [waits, ...replaced(open)]),
      'Either all of it goes live at once or none of it.',
      oneLine(`Reason: ${reason}`),
    ].join('\n'),
    button: `${verb} ${count} to ${place.environment}`,
    alternative: `${verb} ${count} to ${place.environment} One by One`,
  };
}

function replaced(open: readonly Promotion[]): string[] {
  const [only] = open;
  if (only === undefined) return [];
  if (open.length === 1) return [`${only.prompt}: ${replacedSentence(only)}`];
  return [
    `It replaces ${open.length} waiting requests: ${listed(open.slice(0, MOST_NAMED).map(({ prompt, version }) => versionReference(prompt, version)))}.`,
  ];
}

/** One line each. */
function named(moves: readonly Pick<Promotion, 'prompt' | 'version' | 'from'>[]): string[] {
  const lines = moves.slice(0, MOST_NAMED).map(each => `${each.prompt}: ${moveWords(each)}`);
  const more = moves.length - MOST_NAMED;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** The result of a request. */
export function releaseOutcome({ release, results }: ReleaseAnswer, place: Place, isBack = false): string {
  const where = placeOf(place);
  const refused = results.filter(({ outcome }) => outcome === 'refused');
  const live = results.filter(({ outcome }) => outcome === 'applied').length;
  const waiting = release?.promotions.filter(({ state }) => state === 'pending') ?? [];
  const planned = release?.promotions.find(({ state }) => state === 'planned');
  const already = results.filter(({ outcome }) => outcome === 'already_live').length;
  const sentences: string[] = [];
  const of = release === null ? '' : ` (release ${release.id})`;
  if (live > 0)
    sentences.push(
      isBack
        ? `Rolled back: ${counted(live, 'prompt')} in ${where}${of}.`
        : `${counted(live, 'prompt')} ${live === 1 ? 'is' : 'are'} now live in ${where}${of}.`,
    );
  const [first] = waiting;
  if (first !== undefined)
    sentences.push(
      `${counted(waiting.length, 'prompt')} ${waiting.length === 1 ? 'waits' : 'wait'} for ${waitedFor(first)} to go live in ${where}${of}.`,
    );
  if (planned !== undefined && planned.effectiveAt !== null)
    sentences.push(`Planned for ${bothZones(planned.effectiveAt)} in ${where}${of}.`);
  if (already > 0)
    sentences.push(`${counted(already, 'prompt')} ${already === 1 ? 'was' : 'were'} live there already.`);
  if (refused.length > 0)
    sentences.push(refusals(refused.map(each => ({ ...each, detail: each.detail ?? '' }))));
  return sentences.join(' ');
}

function waitedFor(promotion: Promotion): string {
  const whom = waitedForWords(promotion.owners);
  return whom === undefined
    ? counted(approvalsMissing(promotion), 'approval')
    : oneLine(`the approval of ${whom}`);
}

const MOST_REFUSED = 3;

/** `Refused: a@2: …; b@3: …; and 2 more.` */
function refusals(
  refused: readonly { readonly prompt: string; readonly version: number; readonly detail: string }[],
): string {
  const lines = refused
    .slice(0, MOST_REFUSED)
    .map(({ prompt, version, detail }) => `${prompt}@${version}: ${detail}`);
  const more = refused.length - MOST_REFUSED;
  return `Refused: ${lines.join(' ')}${more > 0 ? ` And ${more} more, listed in the log.` : ''}`;
}

/** The message for a release that was refused as a whole. Nothing has changed. */
export function wholeRefused(problem: Problem): string {
  const { refused = [] } = problem.details;
  return refused.length === 0 ? problem.message : `Nothing changed. ${refusals(refused)}`;
}

/** Every refusal on a separate line, for the log. */
export function refusalLines({ refused = [] }: Problem['details']): string[] {
  return refused.map(({ prompt, version, code, detail }) => `${prompt}@${version}: ${detail} (${code})`);
}

export function unknownOutcome(failure: string, place: Place): string {
  return `${failure} The registry may or may not have done it in ${placeOf(place)}. The Promotions view shows the result when you are back online.`;
}

/** The open promotions that a decision applies to. */
function open({ promotions }: Release): readonly Promotion[] {
  return promotions.filter(({ state }) => state === 'pending' || state === 'planned');
}

/** The one question before an approval of a whole release. */
export function approveReleaseQuestion(release: Release): Confirmation {
  const { id, requestedBy, reason, atomic, effectiveAt, environment } = release;
  const moves = open(release);
  const left = Math.max(0, ...moves.map(each => each.approvalsNeeded - each.approvals.length - 1));
  const whom = waitedForWords(moves.find(({ owners }) => owners.length > 0)?.owners ?? []);
  const then =
    left > 0
      ? `It then waits for ${counted(left, 'more approval')}.`
      : whom !== undefined
        ? oneLine(`It needs the approval of ${whom}.`)
        : effectiveAt !== null && Date.parse(effectiveAt) > Date.now()
          ? `It then goes live on ${bothZones(effectiveAt)}.`
          : `It then goes live at once${atomic ? ', all or nothing' : ', each prompt on its own'}.`;
  return {
    message: `Approve ${counted(moves.length, 'prompt')} of release ${id} for ${placeOf(release)}?`,
    detail: [...named(moves), '', then, oneLine(`${requestedBy} requested it: ${reason}`)].join('\n'),
    button: `Approve ${moves.length} for ${environment}`,
    alternative: 'Comment and Approve…',
  };
}

/** As for a promotion: the input box is the question and the comment. */
export function decideReleaseQuestion(action: ReviewAction, release: Release): TextQuestion {
  const what = `${counted(open(release).length, 'prompt')} of release ${release.id} for ${placeOf(release)}`;
  const validate = (text: string) => validateComment(text, action === 'reject');
  switch (action) {
    case 'approve':
      return {
        title: `Approve ${what}`,
        prompt: 'Press Enter to approve all of it or Escape to go back.',
        placeholder: 'Comment',
        validate,
      };
    case 'reject':
      return {
        title: `Reject ${what}`,
        prompt: `Tell ${release.requestedBy} why. Press Enter to reject all of it or Escape to go back.`,
        placeholder: 'What needs to change?',
        validate,
      };
    case 'cancel':
      return {
        title: `Cancel ${what}`,
        prompt: 'Press Enter to cancel all of it or Escape to keep it.',
        placeholder: 'Comment (optional)',
        validate,
      };
  }
}

export function afterReleaseReview(action: ReviewAction, answer: ReleaseAnswer): string {
  const { release, results } = answer;
  if (release === null) return '';
  const place = placeOf(release);
  const done = results.filter(({ outcome }) => outcome !== 'refused').length;
  if (action === 'approve') return `Approved. ${releaseOutcome(answer, release)}`;
  const verb = action === 'reject' ? 'Rejected' : 'Canceled';
  const refused = results.filter(({ outcome }) => outcome === 'refused');
  const more =
    refused.length === 0 ? '' : ` ${refusals(refused.map(each => ({ ...each, detail: each.detail ?? '' })))}`;
  return `${verb}: ${counted(done, 'prompt')} of release ${release.id} ${done === 1 ? 'does' : 'do'} not go live in ${place}. Nothing that is live changed.${more}`;
}

/** The modal question before a rollback of a whole release. */
export function rollBackQuestion(
  release: Release,
  items: readonly RollbackItem[],
  others: readonly NotRolledBack[],
  { reason, approvals }: { readonly reason: string; readonly approvals: number },
): Confirmation {
  const { id, environment } = release;
  return {
    message: `Roll back ${counted(items.length, 'prompt')} of release ${id} in ${placeOf(release)}?`,
    detail: [
      ...named(items),
      ...others.slice(0, MOST_NAMED).map(stays),
      ...(others.length > MOST_NAMED ? [`and ${others.length - MOST_NAMED} more stay as they are`] : []),
      approvals === 0
        ? 'Either all of it is rolled back at once or none of it.'
        : `It waits for ${counted(approvals, 'approval')} of the whole release by someone else.`,
      oneLine(`Reason: ${reason}`),
    ].join('\n'),
    button: `Roll Back ${items.length} in ${environment}`,
  };
}

/** Why a promotion is not rolled back. */
export function stays({ prompt, why, current }: NotRolledBack): string {
  switch (why) {
    case 'not_applied':
      return `${prompt} stays: the release did not make it live.`;
    case 'first':
      return `${prompt} stays: nothing was live before the release.`;
    case 'moved':
      return `${prompt} stays: ${current === null ? 'nothing' : `@${current}`} is now live.`;
  }
}
