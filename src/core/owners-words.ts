/** Words for whom a promotion or a change of owners waits, for the editor, the command line and messages. */
import { approvalsMissing } from './approvals-missing.ts';
import { eitherOf } from './either-of.ts';

/** Owners, one of whom must still approve, as in the API. */
export interface MissingOwners {
  /** The pattern, such as `support/**`. */
  readonly prompts: string;
  readonly owners: readonly string[];
  /** The owners who can approve. */
  readonly canApprove: readonly string[];
}

/** The maximum number of names, and of patterns, in a message. */
const MAX_NAMED = 5;

/** `dana or sam`, `dana or sam, and lee`; undefined if it waits for nobody in particular. */
export function waitedForWords(missing: readonly MissingOwners[]): string | undefined {
  if (missing.length === 0) return undefined;
  const each = missing.slice(0, MAX_NAMED).map(({ owners, canApprove }) => {
    return eitherOf(shortened(canApprove.length > 0 ? canApprove : owners));
  });
  const words = each.length === 1 ? (each[0] ?? '') : `${each.slice(0, -1).join(', ')}, and ${each.at(-1)}`;
  return missing.length > MAX_NAMED ? `${words}, and ${missing.length - MAX_NAMED} more` : words;
}

/** A change of owners as in the API. */
export interface WaitingOwnersChange {
  readonly approvals: readonly unknown[];
  readonly approvalsNeeded: number;
  readonly canApprove: readonly string[];
}

/** The approvals that a change of owners waits for: `1 approval by dana or sam`. */
export function changeWaitsFor({ approvals, approvalsNeeded, canApprove }: WaitingOwnersChange): string {
  const left = approvalsMissing({ approvals, approvalsNeeded });
  const what = `${left} ${left === 1 ? 'approval' : 'approvals'}`;
  return canApprove.length === 0
    ? `${what}, and no one else has a key to approve it with`
    : `${what} by ${eitherOf(shortened(canApprove))}`;
}

/** One sentence for each pattern: who must approve, and what to do if none of them can. */
export function ownersRules(missing: readonly MissingOwners[], environment: string): string[] {
  const rules = missing.slice(0, MAX_NAMED).map(({ prompts, owners, canApprove }) => {
    const rule = `${prompts} needs the approval of an owner: ${eitherOf(shortened(owners))}.`;
    if (canApprove.length === owners.length) return rule;
    if (canApprove.length > 0) return `${rule} Now only ${eitherOf(shortened(canApprove))} can give it.`;
    return `${rule} None of them can: they requested it, wrote what it changes or have no key of ${environment} to approve with. An admin of ${environment} can change the owners or create a key.`;
  });
  const more = missing.length - MAX_NAMED;
  return more > 0 ? [...rules, `So do ${more} more.`] : rules;
}

function shortened(names: readonly string[]): string[] {
  const more = names.length - MAX_NAMED;
  return more > 1 ? [...names.slice(0, MAX_NAMED), `${more} others`] : [...names];
}
