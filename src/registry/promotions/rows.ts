/** Converts promotions between the tables and their events. */
import type { RegistryEvent } from '../../core/event.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { ApprovalsTable, CommentsTable, PointersTable, PromotionsTable } from '../store/tables.ts';

export function rowOf(promotion: PromotionRecord): PromotionsTable {
  const { held, closed } = promotion;
  return {
    id: promotion.id,
    prompt: promotion.prompt,
    environment: promotion.environment,
    channel: promotion.channel,
    version: promotion.version,
    from_version: promotion.from,
    rollback: promotion.rollback ? 1 : 0,
    reason: promotion.reason,
    state: promotion.state,
    requested_by: promotion.requestedBy,
    requested_at: promotion.requestedAt,
    applied_at: promotion.appliedAt,
    applied_seq: promotion.appliedSeq,
    effective_at: promotion.effectiveAt,
    held: held && JSON.stringify(held),
    closed: closed && JSON.stringify(closed),
    superseded_by: promotion.supersededBy,
    release: promotion.release?.id ?? null,
    atomic: promotion.release?.atomic === true ? 1 : 0,
  };
}

export function approvalRows({ id, approvals }: PromotionRecord): ApprovalsTable[] {
  return approvals.map(({ seq, actor, at, comment }) => ({ seq, promotion: id, actor, at, comment }));
}

/** @param approvals in order */
export function recordOf(row: PromotionsTable, approvals: readonly ApprovalsTable[]): PromotionRecord {
  return {
    id: row.id,
    prompt: row.prompt,
    environment: row.environment,
    channel: row.channel,
    version: row.version,
    from: row.from_version,
    rollback: row.rollback === 1,
    reason: row.reason,
    state: row.state,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    effectiveAt: row.effective_at,
    appliedAt: row.applied_at,
    appliedSeq: row.applied_seq,
    approvals: approvals.map(({ seq, actor, at, comment }) => ({ seq, actor, at, comment })),
    held: row.held === null ? null : JSON.parse(row.held),
    closed: row.closed === null ? null : JSON.parse(row.closed),
    supersededBy: row.superseded_by,
    release: row.release === null ? null : { id: row.release, atomic: row.atomic === 1 },
  };
}

/** The pointer's row after an applied promotion. */
export function pointerRow(promotion: PromotionRecord & { readonly appliedAt: string }): PointersTable {
  const { prompt, environment, channel, version, appliedAt, requestedBy, id } = promotion;
  return {
    environment,
    channel,
    prompt,
    version,
    promoted_at: appliedAt,
    promoted_by: requestedBy,
    promotion: id,
  };
}

/** Without the text, as the event may have only its digest. */
export function commentRow({
  seq,
  at,
  actor,
  data,
}: RegistryEvent<'promotion.commented'>): Omit<CommentsTable, 'text'> {
  const { side = null, line = null } = data.place ?? {};
  return { id: seq, promotion: Number(data.promotion), actor, at, side, line };
}

/** The records of rows, in the rows' order. */
export async function recordsOf(
  snapshot: ReadSnapshot,
  rows: readonly PromotionsTable[],
): Promise<PromotionRecord[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const approvals = await snapshot
    .selectFrom('approvals')
    .selectAll()
    .where('promotion', 'in', ids)
    .orderBy('seq')
    .execute();
  const byPromotion = Map.groupBy(approvals, ({ promotion }) => promotion);
  return rows.map(row => recordOf(row, byPromotion.get(row.id) ?? []));
}
