/** The sentences for decisions on a promotion: the question before, and the meaning of a refusal. */
import type { Promotion } from '../../contract/promotions.ts';
import { waitedForWords } from '../../core/owners-words.ts';
import type { Problem } from '../../core/problem.ts';
import { stateWord } from '../../core/state-word.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Confirmation, TextQuestion } from '../asking/ask.ts';
import type { PromptChange } from '../compare/change.ts';
import { breakingInWords, changesInWords } from '../compare/change-words.ts';
import { messageOf } from '../problems/explain.ts';
import { bothZones, counted } from '../wording/age.ts';
import { placeOf } from '../wording/place.ts';
import { validateComment } from './comment-length.ts';
import type { ReviewAction } from './groups.ts';

/**
 * The question before an approval: what would be live, what it replaces, who requested it and why.
 * @param change what it changes; null if unknown
 */
export function approvalQuestion(
  promotion: Promotion,
  change: PromptChange | null | undefined,
): Confirmation {
  const { prompt, version, environment, from, requestedBy, reason } = promotion;
  const lines = [
    effectOf(promotion),
    from === null ? 'Nothing is live there yet.' : `It replaces @${from}.`,
    ...changeLines(change),
    oneLine(`${requestedBy} requested it: ${reason}`),
  ];
  return {
    message: `Approve ${prompt}@${version} for ${placeOf(promotion)}?`,
    detail: lines.join('\n'),
    button: `Approve @${version} for ${environment}`,
    alternative: 'Comment and Approve…',
  };
}

/** One input box is both the confirmation and the comment: Enter decides, Escape cancels. */
export function decisionQuestion(action: ReviewAction, promotion: Promotion): TextQuestion {
  const { prompt, version } = promotion;
  const what = `${prompt}@${version} for ${placeOf(promotion)}`;
  const validate = (text: string) => validateComment(text, action === 'reject');
  switch (action) {
    case 'approve':
      return {
        title: `Approve ${what}`,
        prompt: `${effectOf(promotion)} Press Enter to approve or Escape to go back.`,
        placeholder: 'Comment',
        validate,
      };
    case 'reject':
      return {
        title: `Reject ${what}`,
        prompt: `Tell ${promotion.requestedBy} why. Press Enter to reject or Escape to go back.`,
        placeholder: 'What needs to change?',
        validate,
      };
    case 'cancel':
      return {
        title: `Cancel the promotion of ${what}`,
        prompt: 'Press Enter to cancel the promotion or Escape to keep it.',
        placeholder: 'Comment (optional)',
        validate,
      };
  }
}

function changeLines(change: PromptChange | null | undefined): string[] {
  if (change === null) return ['Its partials could not be fetched, so other changes may be missing.'];
  const told = change === undefined ? [] : [changesInWords(change), breakingInWords(change)];
  return told.filter(words => words !== undefined);
}

/** The effect of one more approval, as known here. */
function effectOf({ approvals, approvalsNeeded, effectiveAt, owners }: Promotion): string {
  const left = approvalsNeeded - approvals.length - 1;
  if (left > 0) return `It then waits for ${counted(left, 'more approval')}.`;
  const whom = waitedForWords(owners);
  if (whom !== undefined) return oneLine(`It needs the approval of ${whom}.`);
  return effectiveAt !== null && Date.parse(effectiveAt) > Date.now()
    ? `It then goes live on ${bothZones(effectiveAt)}.`
    : `It then goes live at once.`;
}

/** @param isNews true if the window did not know it */
export function endedAlready({ prompt, version, state, closed }: Promotion, isNews: boolean): string {
  const by = closed === null ? '' : ` by ${oneLine(closed.by)}`;
  return `${isNews ? 'Someone else was faster. ' : ''}This promotion of ${prompt}@${version} was ${stateWord(state)}${by} already.`;
}

/** The message if it is unknown whether the registry carried it out. */
export function unknownAfterFailure(action: ReviewAction, error: unknown): string {
  return `${messageOf(error)} The registry may or may not have done it: the Promotions view shows the result when you are back online. It is safe to ${action} again.`;
}

/**
 * The meaning of a registry's refusal for this promotion; undefined for unrelated ones. `review` is true if reviewing
 * it again helps.
 */
export function refusal(
  problem: Problem,
  promotion: Promotion,
): { readonly message: string; readonly review: boolean } | undefined {
  const { prompt, version, environment, from, requestedBy } = promotion;
  const reference = `${prompt}@${version}`;
  switch (problem.code) {
    case 'self_approval':
      return {
        message: `Not approved: ${messageOf(problem)}`,
        review: false,
      };
    case 'already_approved':
      return {
        message: `You already approved ${reference} in ${environment}. It is waiting for someone else.`,
        review: false,
      };
    case 'pointer_moved': {
      const current = problem.details?.current ?? null;
      const now = current === null ? 'nothing' : `@${current}`;
      const before = from === null ? 'nothing was there' : `it was @${from}`;
      return {
        message: `Nothing changed: ${now} is now live in ${placeOf(promotion)}, but when ${requestedBy} made the request ${before}. Cancel this promotion and request a new one.`,
        review: true,
      };
    }
    case 'role_too_low':
      return {
        message: `Your ${environment} key does not allow this. ${messageOf(problem)}`,
        review: false,
      };
    case 'promotion_closed':
      return { message: `Someone else was faster. ${messageOf(problem)}`, review: false };
    case 'not_promoted_from':
    case 'prompt_archived':
      return { message: `Nothing changed: ${messageOf(problem)}`, review: true };
    default:
      return undefined;
  }
}
