/** The sentences for promotions and rollbacks, before and after. */
import type { Promotion } from '../../contract/promotions.ts';
import { approvalsMissing } from '../../core/approvals-missing.ts';
import type { PromptName } from '../../core/name.ts';
import { waitedForWords } from '../../core/owners-words.ts';
import { LONGEST_AHEAD } from '../../core/promotion-decisions.ts';
import { stateWord } from '../../core/state-word.ts';
import { isBlank, oneLine } from '../../core/visible-text.ts';
import type { Confirmation } from '../asking/ask.ts';
import type { PromptChange } from '../compare/change.ts';
import { breakingInWords, changesInWords } from '../compare/change-words.ts';
import { bothZones, counted, durationOf } from '../wording/age.ts';
import { placeOf } from '../wording/place.ts';
import type { PointerTarget } from './choices.ts';
import { replacedSentence } from './replaced.ts';

export interface IntendedPromotion {
  readonly prompt: PromptName;
  readonly version: number;
  readonly target: PointerTarget;
  readonly kind: 'promote' | 'roll-back';
  /** The number of others who must approve it, as the policy is known here. */
  readonly approvals?: number;
  /** True if authors of the changes may approve it. */
  readonly authorsMayApprove?: boolean;
  /** The difference to the live version; null if unknown. */
  readonly change?: PromptChange | null | undefined;
  /** Waiting requests that a new request replaces. */
  readonly open?: Promotion | undefined;
}

/** The modal question; its button names the environment and the version. */
export function confirmation(
  {
    prompt,
    version,
    target,
    kind,
    approvals = 0,
    authorsMayApprove = false,
    change,
    open,
  }: IntendedPromotion,
  reason: string,
  now: number,
  effectiveAt?: string,
): Confirmation {
  const { environment, live } = target;
  const place = placeOf(target);
  const today =
    live === undefined
      ? `Nothing is live in ${place} yet.`
      : `Live now: @${live.version}, for ${durationOf(live.promotedAt, now)}, promoted by ${oneLine(live.promotedBy)}.`;
  const waits =
    approvals === 0
      ? ''
      : `\nIt waits for ${counted(approvals, 'approval')} by someone other than you${authorsMayApprove ? '' : ' and the authors of what changes'}.`;
  const replaces =
    kind === 'promote' && open !== undefined && (approvals > 0 || effectiveAt !== undefined)
      ? [replacedSentence(open)]
      : [];
  const detail = [today + waits, ...replaces, ...changeLines(change), oneLine(`Reason: ${reason}`)].join(
    '\n',
  );
  if (kind === 'roll-back')
    return {
      message: `Roll back ${prompt} to @${version} in ${place}?`,
      detail,
      button: `${approvals > 0 ? 'Ask to Roll Back' : 'Roll Back'} ${environment} to @${version}`,
      alternative: 'Edit Reason…',
    };
  const when = effectiveAt === undefined ? '' : ` on ${bothZones(effectiveAt)}`;
  return {
    message: `Promote ${prompt}@${version} to ${place}${when}?`,
    detail,
    button: `${approvals > 0 ? 'Ask to Promote' : effectiveAt === undefined ? 'Promote' : 'Plan Promotion of'} @${version} to ${environment}`,
    ...(effectiveAt === undefined && { alternative: 'Plan for a Time…' }),
  };
}

/** The default reason of a rollback: in an incident, speed matters more than words. */
export function offeredReason({
  version,
  target: { live },
}: Pick<IntendedPromotion, 'version' | 'target'>): string {
  return live === undefined
    ? `Rolled back to @${version}`
    : `Rolled back from @${live.version} to @${version}`;
}

function changeLines(change: IntendedPromotion['change']): string[] {
  if (change === null)
    return ['Its partials could not be fetched, so the comparison shows only the prompt itself.'];
  const lines = change === undefined ? [] : [changesInWords(change), breakingInWords(change)];
  return lines.filter(line => line !== undefined);
}

/** Describes the result: the live version, or the pending promotion. */
export function outcome(promotion: Promotion, kind: IntendedPromotion['kind']): string {
  const { prompt, version, from, state, effectiveAt } = promotion;
  const reference = `${prompt}@${version}`;
  const when = effectiveAt === null ? '' : ` on ${bothZones(effectiveAt)}`;
  if (state === 'pending') {
    const left = approvalsMissing(promotion);
    const whom = waitedForWords(promotion.owners);
    const what = whom === undefined ? counted(left, 'approval') : oneLine(`the approval of ${whom}`);
    return `${reference} waits for ${what} before it goes live in ${placeOf(promotion)}${when}. ${stillLive(prompt, from, promotion)}`;
  }
  if (state === 'planned')
    return `Planned: ${reference} goes live in ${placeOf(promotion)}${when}. ${stillLive(prompt, from, promotion)}`;
  if (state !== 'applied')
    return `The promotion of ${reference} is ${stateWord(state)}. ${stillLive(prompt, from, promotion)}`;
  const before = from === null ? '' : ` It was @${from}.`;
  return kind === 'roll-back'
    ? `Rolled back: ${reference} is live in ${placeOf(promotion)} again.${before}`
    : `${reference} is now live in ${placeOf(promotion)}.${before}`;
}

/** Describes the state after a failure, once the pointer was read again. */
export function afterFailure(move: IntendedPromotion, current: number | null): string {
  const { prompt, version, target } = move;
  const where = `live in ${placeOf(target)}`;
  if (current === version) return `The registry did it: ${prompt}@${version} is ${where}.`;
  if (current === (target.live?.version ?? null))
    return `Nothing changed: ${stillLive(prompt, current, target)}`;
  return current === null
    ? `Nothing is ${where} now.`
    : `Someone else moved it in the meantime: ${prompt}@${current} is ${where}.`;
}

/** The message if the registry cannot be reached to check. */
export function unknownAfterFailure({ prompt, version, target }: IntendedPromotion): string {
  const before = target.live === undefined ? 'unset' : `@${target.live.version}`;
  return `The registry cannot be reached, so ${prompt}@${version} may or may not be live in ${placeOf(target)} (before: ${before}). Refresh when you are back online. Your files have not changed.`;
}

function stillLive(
  prompt: PromptName,
  version: number | null,
  place: { readonly channel: string; readonly environment: string },
): string {
  return version === null
    ? `Nothing is live in ${placeOf(place)} yet.`
    : `${prompt}@${version} is still live in ${placeOf(place)}.`;
}

/** Undefined if a promotion can be planned for the time; both in milliseconds since 1970. */
export function validatePlannedTime(at: number, now: number): string | undefined {
  if (at <= now) return 'This time has passed. Enter a later one.';
  return at > now + LONGEST_AHEAD
    ? 'This time is more than a year from now. Enter an earlier time.'
    : undefined;
}

/** Undefined if the reason is valid. */
export function validateReason(text: string): string | undefined {
  if (isBlank(text)) return 'Enter a reason. It is kept permanently.';
  if (text.length > 4000) return `At most 4000 characters are allowed; this has ${text.length}.`;
  return undefined;
}
