/** Promotions that were applied, in the order in which they were. */
import type { Promotion } from '../../contract/promotions.ts';

export type Applied = Promotion & { readonly appliedAt: string };

export function isApplied(promotion: Promotion): promotion is Applied {
  return promotion.appliedAt !== null;
}

/** By the instant; those of the same millisecond by their number. */
export function inOrder(a: Applied, b: Applied): number {
  if (a.appliedAt !== b.appliedAt) return a.appliedAt < b.appliedAt ? -1 : 1;
  return Number(a.id) - Number(b.id);
}
