/** Describes an environment's requirements for a promotion, and how far this one meets them. */
import type { Promotion } from '../../contract/promotions.ts';
import type { Pointer } from '../../contract/prompts.ts';
import { STABLE } from '../../core/channel.ts';
import type { Policy } from '../../core/environment.ts';
import { goesBack } from '../../core/goes-back.ts';
import { ownersRules } from '../../core/owners-words.ts';
import { oneLine } from '../../core/visible-text.ts';
import { counted, instantOf, listed } from '../wording/age.ts';
import { capital } from '../wording/capital.ts';

export interface PolicyOf {
  /** The policy of the promotion's environment; undefined if it is unknown. */
  readonly policy: Policy | undefined;
  /** The current targets of the prompt's channels in all environments; undefined if unknown. */
  readonly pointers: readonly Pointer[] | undefined;
}

/** One sentence for each rule. */
export function policyWords(promotion: Promotion, { policy, pointers }: PolicyOf): string[] {
  return [
    approvalsRule(promotion),
    ...ownersRules(promotion.owners, promotion.environment).map(oneLine),
    ...authorsRule(promotion),
    ...(policy?.promoteFrom == null ? [] : [stableRule(promotion, policy.promoteFrom, pointers)]),
  ];
}

function approvalsRule(promotion: Promotion): string {
  const { approvals, approvalsNeeded, environment, state } = promotion;
  if (approvalsNeeded === 0) {
    const rule = goesBack(promotion)
      ? `A rollback in ${environment} needs no approval`
      : `${capital(environment)} needs no approval`;
    return state === 'pending'
      ? `${rule} any more. This was requested earlier, so one approval makes it live.`
      : `${rule}.`;
  }
  const needed = `${capital(environment)} needs ${counted(approvalsNeeded, 'approval')} by ${
    approvalsNeeded === 1 ? 'someone else' : 'others'
  }`;
  if (state !== 'pending') return `${needed}.`;
  const left = Math.max(0, approvalsNeeded - approvals.length);
  if (left === 0) return `${needed}, and has ${approvals.length === 1 ? 'it' : 'them'}.`;
  return left === approvalsNeeded ? `${needed}. No one has approved yet.` : `${needed}. ${left} to go.`;
}

/** The maximum number of names. */
const MAX_NAMED = 5;

function authorsRule({ authors, requestedBy, state }: Promotion): string[] {
  if (state !== 'pending' && state !== 'planned') return [];
  const own = [requestedBy, ...authors.filter(author => author !== requestedBy)];
  const more = own.length - MAX_NAMED;
  const names = own.map(oneLine);
  const named = more > 0 ? [...names.slice(0, MAX_NAMED), `${more} more`] : names;
  const why = own.length === 1 ? 'requested it' : 'requested it or wrote what it changes';
  return [`${listed(named)} cannot approve: ${own.length === 1 ? `this person ${why}` : `they ${why}`}.`];
}

function stableRule(
  { version, prompt }: Promotion,
  from: string,
  pointers: readonly Pointer[] | undefined,
): string {
  const rule = `A version must be stable in ${from} first.`;
  if (pointers === undefined) return rule;
  const there = pointers.find(({ environment, channel }) => environment === from && channel === STABLE);
  if (there?.version === version) return `${rule} @${version} has been since ${instantOf(there.promotedAt)}.`;
  const now = there === undefined ? `nothing of ${prompt} is` : `@${there.version} is`;
  return `${rule} Now ${now}.`;
}
