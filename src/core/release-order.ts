/** Checks that the events that request a release, or apply an atomic one, directly follow each other in the log. */
import type { RegistryEvent } from './event.ts';
import { EventMisfit, isAtomic, type PromotionEvent, type PromotionRecord } from './promotion.ts';

export interface ReleaseOrder {
  /** The promotion that the last event began, if it belongs to a release: the next event may also belong to that. */
  readonly lastBegun: PromotionRecord | undefined;
  /** Ids of the remaining promotions of an atomic release that is being applied: the next events must apply them. */
  readonly toApply: ReadonlySet<number>;
}

export const NO_RELEASE: ReleaseOrder = { lastBegun: undefined, toApply: new Set() };

/**
 * The order after an event of `promotion`, which is in its state after the event.
 * @param open the promotions that wait after the event
 * @throws EventMisfit
 */
export function releasesAfter(
  { lastBegun, toApply }: ReleaseOrder,
  promotion: PromotionRecord,
  event: PromotionEvent,
  open: ReadonlyMap<number, PromotionRecord>,
): ReleaseOrder {
  const { id, release } = promotion;
  const begins = id === event.seq;
  const applies = event.kind === 'promotion.applied' && !begins && isAtomic(promotion);
  if (!(applies && toApply.has(id))) checkApplied(toApply, event);
  if (begins && release !== null && release.id !== id) {
    if (lastBegun === undefined || !isOneRelease(lastBegun, promotion))
      throw new EventMisfit(
        `Event ${event.seq} (${event.kind}) says that it is of release ${release.id}, which it does not follow.`,
      );
  }
  const left = !applies ? [] : toApply.size > 0 ? [...toApply] : membersIn(open, promotion);
  return {
    lastBegun: begins && release !== null ? promotion : undefined,
    toApply: new Set(left.filter(other => other !== id)),
  };
}

/** The order after an event that belongs to no promotion. @throws EventMisfit */
export function releasesEnded({ toApply }: ReleaseOrder, event: RegistryEvent): ReleaseOrder {
  checkApplied(toApply, event);
  return NO_RELEASE;
}

function checkApplied([left]: Iterable<number>, event: RegistryEvent): void {
  if (left === undefined) return;
  throw new EventMisfit(
    `Event ${event.seq} (${event.kind}) comes before promotion ${left}, whose release is applied as a whole.`,
  );
}

function isOneRelease(before: PromotionRecord, after: PromotionRecord): boolean {
  return (
    before.release?.id === after.release?.id &&
    before.release?.atomic === after.release?.atomic &&
    before.environment === after.environment &&
    before.channel === after.channel &&
    before.reason === after.reason &&
    before.effectiveAt === after.effectiveAt &&
    before.requestedBy === after.requestedBy
  );
}

function membersIn(open: ReadonlyMap<number, PromotionRecord>, { release }: PromotionRecord): number[] {
  const ids: number[] = [];
  for (const other of open.values()) if (other.release?.id === release?.id) ids.push(other.id);
  return ids;
}
