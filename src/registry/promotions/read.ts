/** Promotions: their history, and one of them. */
import type { Promotion } from '../../contract/promotions.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { Snapshot } from '../store/store.ts';
import type { PromotionsTable } from '../store/tables.ts';

export interface PromotionListing {
  readonly state?: Promotion['state'] | undefined;
  readonly environment?: EnvironmentName | undefined;
  readonly prompt?: PromptName | undefined;
  /** Only promotions before this one. */
  readonly before: number;
  readonly limit: number;
}

/** Newest first. */
export async function listPromotions(
  snapshot: Snapshot,
  { state, environment, prompt, before, limit }: PromotionListing,
): Promise<Promotion[]> {
  let query = snapshot
    .selectFrom('promotions')
    .selectAll()
    .where('id', '<', before)
    .orderBy('id', 'desc')
    .limit(limit);
  if (state !== undefined) query = query.where('state', '=', state);
  if (environment !== undefined) query = query.where('environment', '=', environment);
  if (prompt !== undefined) query = query.where('prompt', '=', prompt);
  return (await query.execute()).map(promotionOfRow);
}

/** @throws Problem `promotion_not_found` */
export async function readPromotion(snapshot: Snapshot, id: string): Promise<Promotion> {
  const number = /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0;
  const row = await snapshot.selectFrom('promotions').selectAll().where('id', '=', number).executeTakeFirst();
  if (row === undefined)
    throw new Problem(
      'promotion_not_found',
      'There is no promotion with this id. List the promotions to find it.',
    );
  return promotionOfRow(row);
}

export function promotionOfRow(row: PromotionsTable): Promotion {
  return {
    id: String(row.id),
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
    appliedAt: row.applied_at,
  };
}
