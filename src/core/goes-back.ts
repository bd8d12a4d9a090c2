/** Tells whether a promotion brings an older version back. By itself, as every window asks it. */
import type { PromotionRecord } from './promotion.ts';

/** Returns whether it returns to an older version; one that returns to a newer one, after a rollback, goes forward. */
export function goesBack({
  rollback,
  from,
  version,
}: Pick<PromotionRecord, 'rollback' | 'from' | 'version'>): boolean {
  return rollback && from !== null && version < from;
}
