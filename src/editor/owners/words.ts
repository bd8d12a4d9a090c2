/** The sentences for changes of owners and decisions on them. Pure. */
import type { OwnersChangeRecord, OwnersRecord } from '../../contract/owners.ts';
import type { DiffExcerpt } from '../../core/diff-excerpt.ts';
import type { OwnersNote } from '../../core/owners.ts';
import { changeWaitsFor } from '../../core/owners-words.ts';
import type { Problem } from '../../core/problem.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Confirmation, TextQuestion } from '../asking/ask.ts';
import { messageOf } from '../problems/explain.ts';
import { validateComment } from '../promotions/comment-length.ts';
import type { ReviewAction } from '../promotions/groups.ts';
import { ageOf, counted } from '../wording/age.ts';

/** The initial text of a draft if no prompt has owners yet. */
export function firstDraft(environment: string): string {
  return `# One of the owners of a prompt must approve its promotions to ${environment}.
# Each line has a pattern and its owners. The last matching line applies.
#
#   *            @dana
#   support/**   @sam @lee
`;
}

/** The first line of an owners document: who set them, when and why. */
export function whoHolds({ current, text }: OwnersRecord, now: number): string {
  if (current === null) return 'No prompt has owners';
  const { id, requestedBy, appliedAt, requestedAt } = current;
  const none = text.trim() === '' ? 'No prompt has owners: ' : '';
  return oneLine(`${none}Change ${id} by ${requestedBy}, ${ageOf(appliedAt ?? requestedAt, now)}`);
}

export interface OwnersRequest {
  readonly environment: string;
  /** The number of approvals that are required, as far as it is known here. */
  readonly approvals: number;
  readonly diff: DiffExcerpt | undefined;
  /** Notes about lines of the text. */
  readonly notes: readonly OwnersNote[];
}

const NOTES_SHOWN = 3;

/** The modal question; its button names the environment. */
export function requestQuestion(
  { environment, approvals, diff, notes }: OwnersRequest,
  reason: string,
): Confirmation {
  const effect =
    approvals === 0
      ? 'The change takes effect at once.'
      : `The change waits for ${counted(approvals, 'approval')} by someone other than you.`;
  return {
    message: `Change the owners of ${environment}?`,
    detail: [...diffLines(diff), effect, ...noteLines(notes), oneLine(`Reason: ${reason}`)].join('\n'),
    button: approvals === 0 ? `Change Owners in ${environment}` : `Request Owners Change in ${environment}`,
  };
}

/** Describes the state after a request. */
export function afterRequest(change: OwnersChangeRecord, warnings: readonly OwnersNote[]): string {
  const { environment, state } = change;
  const [first, ...others] = warnings;
  const more = others.length === 0 ? '' : ` ${counted(others.length, 'more line')} to check.`;
  const note = first === undefined ? '' : ` Line ${first.line}: ${first.message}${more}`;
  return state === 'applied'
    ? oneLine(`The owners of ${environment} are changed.${note}`)
    : oneLine(
        `Your change of the owners of ${environment} waits for ${changeWaitsFor(change)}. Until then, the owners stay the same.${note}`,
      );
}

/** The message if another change is pending, because only one can be. */
export function waitsAlready({ environment, requestedBy }: OwnersChangeRecord): string {
  return oneLine(
    `A change of the owners of ${environment} by ${requestedBy} is waiting for approval, and only one change can wait at a time. It must first be approved, rejected or canceled. Your draft is kept.`,
  );
}

/** The message if the owners have changed since the draft was begun. */
export function changedMeanwhile(environment: string, { current }: OwnersRecord): string {
  const by = current === null ? '' : ` by ${current.requestedBy} (change ${current.id})`;
  return oneLine(
    `Nothing was requested: the owners of ${environment} were changed${by} after you began your draft. Compare them with your draft, update it, and request the change again. Your draft is kept.`,
  );
}

/** @param field `Line 3: …`, from the registry */
export function noteIn(field: string): OwnersNote | undefined {
  const [, line, message = ''] = /^Line (\d+): (.*)$/s.exec(field) ?? [];
  return line === undefined ? undefined : { line: Number(line), message };
}

export function approveOwnersQuestion(
  change: OwnersChangeRecord,
  diff: DiffExcerpt | undefined,
  notes: readonly OwnersNote[] = [],
): Confirmation {
  const { environment, requestedBy, reason, approvals, approvalsNeeded } = change;
  const left = approvalsNeeded - approvals.length - 1;
  return {
    message: `Approve the change of the owners of ${environment}?`,
    detail: [
      ...diffLines(diff),
      left > 0
        ? `It then waits for ${counted(left, 'more approval')}.`
        : 'The change then takes effect at once.',
      ...noteLines(notes),
      oneLine(`${requestedBy} requested it: ${reason}`),
    ].join('\n'),
    button: `Approve Owners Change in ${environment}`,
    alternative: 'Comment and Approve…',
  };
}

function noteLines(notes: readonly OwnersNote[]): string[] {
  const more = notes.length - NOTES_SHOWN;
  return [
    ...notes.slice(0, NOTES_SHOWN).map(({ line, message }) => oneLine(`Line ${line}: ${message}`)),
    ...(more > 0 ? [`And ${counted(more, 'more warning')}.`] : []),
  ];
}

function diffLines(diff: DiffExcerpt | undefined): string[] {
  if (diff === undefined) return [];
  const changed = diff.lines.filter(line => /^[+-]/.test(line));
  if (changed.length === 0) return ['The texts differ too much to show here.', ''];
  const more = diff.more ? [`and ${counted(diff.more, 'more line')}`] : [];
  return [...changed, ...more, ''];
}

/** One input box is both the confirmation and the comment: Enter decides, Escape cancels. */
export function decideOwnersQuestion(
  action: ReviewAction,
  { environment, requestedBy }: OwnersChangeRecord,
): TextQuestion {
  const what = `the change of the owners of ${environment}`;
  const validate = (text: string) => validateComment(text, action === 'reject');
  switch (action) {
    case 'approve':
      return {
        title: `Approve ${what}`,
        prompt: 'Press Enter to approve or Escape to go back.',
        placeholder: 'Comment',
        validate,
      };
    case 'reject':
      return {
        title: `Reject ${what}`,
        prompt: `Tell ${requestedBy} why. Press Enter to reject or Escape to go back.`,
        placeholder: 'What needs to change?',
        validate,
      };
    case 'cancel':
      return {
        title: `Cancel ${what}`,
        prompt: 'Press Enter to cancel the change or Escape to keep it.',
        placeholder: 'Comment (optional)',
        validate,
      };
  }
}

/** Describes the state after a change was approved, rejected or canceled. */
export function afterOwnersReview(action: ReviewAction, change: OwnersChangeRecord): string {
  const { environment, state } = change;
  const as = `The owners of ${environment} are as they were.`;
  if (action === 'reject') return `Rejected. ${as}`;
  if (action === 'cancel') return `Canceled. ${as}`;
  return state === 'applied'
    ? `Approved. The owners of ${environment} are changed.`
    : oneLine(
        `Approved. The change of the owners of ${environment} waits for ${changeWaitsFor(change)}. ${as}`,
      );
}

/** Describes a refusal of a decision by the registry; undefined for other refusals. */
export function ownersRefusal(problem: Problem, { environment }: OwnersChangeRecord): string | undefined {
  const why = messageOf(problem);
  switch (problem.code) {
    case 'self_approval':
    case 'already_approved':
      return `Not approved: ${why}`;
    case 'owners_locked_out':
      return `Not approved, because nobody could approve promotions to ${environment} afterward. ${why}`;
    case 'owners_change_closed':
      return `Someone else was faster. ${why}`;
    case 'role_too_low':
      return `Your ${environment} key does not allow this. ${why}`;
    default:
      return undefined;
  }
}

/** The message if it is unknown whether the registry carried it out. */
export function unknownOwnersOutcome(error: unknown, environment: string): string {
  return `${messageOf(error)} The registry may or may not have done it: the Promotions view and Open Owners… show the result for ${environment} when you are back online.`;
}
