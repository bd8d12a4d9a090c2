/** The number of approvals something that waits for them still needs. */

interface Waiting {
  readonly approvals: readonly unknown[];
  readonly approvalsNeeded: number;
}

/** At least one: where the policy asks for fewer by now, the next approval makes it go live, and nothing else does. */
export function approvalsMissing({ approvals, approvalsNeeded }: Waiting): number {
  return Math.max(1, approvalsNeeded - approvals.length);
}
