/** The number of approvals that a waiting change still needs. */

interface Waiting {
  readonly approvals: readonly unknown[];
  readonly approvalsNeeded: number;
}

/** At least one: even if the policy now requires fewer, only the next approval makes it go live. */
export function approvalsMissing({ approvals, approvalsNeeded }: Waiting): number {
  return Math.max(1, approvalsNeeded - approvals.length);
}
