/** Applied promotions, in order of application. */
import type { Promotion } from '../../contract/promotions.ts';

export type Applied = Promotion & { readonly appliedAt: string };

export function isApplied(promotion: Promotion): promotion is Applied {
  return promotion.appliedAt !== null;
}

/** By time; those of the same millisecond by id. */
export function inOrder(a: Applied, b: Applied): number {
  if (a.appliedAt !== b.appliedAt) return a.appliedAt < b.appliedAt ? -1 : 1;
  return Number(a.id) - Number(b.id);
}
