/** Promotions: their history, and one of them. */
import type { Approval, Promotion } from '../../contract/promotions.ts';
import type { EnvironmentName, Policy } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { readEnvironments } from '../environments.ts';
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
  return promotionsOfRows(snapshot, await query.execute());
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
  const [promotion] = await promotionsOfRows(snapshot, [row]);
  return promotion as Promotion;
}

async function promotionsOfRows(snapshot: Snapshot, rows: readonly PromotionsTable[]): Promise<Promotion[]> {
  if (rows.length === 0) return [];
  const environments = await readEnvironments(snapshot);
  const needed = new Map(environments.map(({ name, policy }) => [name, policy]));
  const ids = rows.map(({ id }) => id);
  const approvals = new Map<number, Approval[]>(ids.map(id => [id, []]));
  const approved = await snapshot
    .selectFrom('approvals')
    .selectAll()
    .where('promotion', 'in', ids)
    .orderBy('seq')
    .execute();
  for (const { promotion, actor, at, comment } of approved)
    approvals.get(promotion)?.push({ actor, at, comment });
  return rows.map(row => promotionOfRow(row, needed.get(row.environment), approvals.get(row.id) ?? []));
}

function promotionOfRow(
  row: PromotionsTable,
  policy: Policy | undefined,
  approvals: readonly Approval[],
): Promotion {
  const rollback = row.rollback === 1;
  const needsNone = rollback && policy?.rollbackNeedsApproval === false;
  return {
    id: String(row.id),
    prompt: row.prompt,
    environment: row.environment,
    channel: row.channel,
    version: row.version,
    from: row.from_version,
    rollback,
    reason: row.reason,
    state: row.state,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    effectiveAt: row.effective_at,
    appliedAt: row.applied_at,
    approvals: [...approvals],
    approvalsNeeded: needsNone ? 0 : (policy?.approvals ?? 0),
    held: row.held === null ? null : JSON.parse(row.held),
    closed: row.closed === null ? null : JSON.parse(row.closed),
    supersededBy: row.superseded_by === null ? null : String(row.superseded_by),
  };
}
