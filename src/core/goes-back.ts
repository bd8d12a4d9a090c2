/** Determines whether a promotion brings back an older version. Its own module, because every window loads it. */
import type { PromotionRecord } from './promotion.ts';

/** Returns true if it returns to an older version; returning to a newer one after a rollback counts as forward. */
export function goesBack({
  rollback,
  from,
  version,
}: Pick<PromotionRecord, 'rollback' | 'from' | 'version'>): boolean {
  return rollback && from !== null && version < from;
}
