/** Determines the versions that a rollback can return to, and its default. */
import { goesBack } from './goes-back.ts';
import type { VersionNumber } from './version.ts';

/** An applied move of one pointer. */
export interface AppliedPromotion {
  readonly version: VersionNumber;
  /** The previous version of the pointer; null: unset. */
  readonly from: VersionNumber | null;
  readonly rollback: boolean;
}

/** The first of `goodVersions`; undefined if there was none before. */
export function rollbackTarget(moves: readonly AppliedPromotion[]): VersionNumber | undefined {
  return goodVersions(moves)[0];
}

/**
 * Returns the previous versions of a pointer, the latest first, without those it was rolled back from: for 1, 2, 3,
 * back to 2, that is only 1. Repeated rollbacks never return to a version that a rollback left, whatever its number.
 * @param moves in the order in which they were applied; older ones may be omitted
 */
export function goodVersions(moves: readonly AppliedPromotion[]): VersionNumber[] {
  const [first] = moves;
  let stood: VersionNumber[] = first === undefined || first.from === null ? [] : [first.from];
  for (const move of moves) {
    const before = move.rollback ? stood.lastIndexOf(move.version) : -1;
    // The versions that it leaves, including skipped ones. For moves that were omitted, only the numbers tell.
    const left = new Set(before >= 0 ? stood.splice(before).slice(1) : goesBack(move) ? stood.slice(-1) : []);
    // They may also have been live earlier, before an older version was promoted.
    if (left.size > 0) stood = stood.filter(version => !left.has(version));
    stood.push(move.version);
  }
  const present = stood.at(-1);
  return [...new Set(stood.toReversed())].filter(version => version !== present);
}
