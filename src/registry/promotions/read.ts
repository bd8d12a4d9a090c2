/** Promotions: their history, and one of them. */
import type { Promotion } from '../../contract/promotions.ts';
import { authorsOf } from '../../core/change-authors.ts';
import type { EnvironmentName, Policy } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { isOpen, type PromotionRecord } from '../../core/promotion.ts';
import { approvalsNeeded, countedApprovals } from '../../core/promotion-decisions.ts';
import { readEnvironment, readEnvironments } from '../environments.ts';
import type { Snapshot } from '../store/store.ts';
import { readBarred } from './barred.ts';
import { recordsOf } from './rows.ts';

export interface PromotionListing {
  readonly state?: Promotion['state'] | undefined;
  readonly environment?: EnvironmentName | undefined;
  readonly prompt?: PromptName | undefined;
  /** Only promotions before this one. */
  readonly before: number;
  readonly limit: number;
}

/** Newest first. @throws Problem `environment_not_found` */
export async function listPromotions(
  snapshot: Snapshot,
  { state, environment, prompt, before, limit }: PromotionListing,
): Promise<Promotion[]> {
  if (environment !== undefined) await readEnvironment(snapshot, environment);
  let query = snapshot
    .selectFrom('promotions')
    .selectAll()
    .where('id', '<', before)
    .orderBy('id', 'desc')
    .limit(limit);
  if (state !== undefined) query = query.where('state', '=', state);
  if (environment !== undefined) query = query.where('environment', '=', environment);
  if (prompt !== undefined) query = query.where('prompt', '=', prompt);
  const records = await recordsOf(snapshot, await query.execute());
  const policies = new Map((await readEnvironments(snapshot)).map(({ name, policy }) => [name, policy]));
  const promotions: Promotion[] = [];
  for (const record of records)
    promotions.push(await promotionOf(snapshot, record, policies.get(record.environment) as Policy));
  return promotions;
}

/** @throws Problem `promotion_not_found` */
export async function readPromotion(snapshot: Snapshot, id: string): Promise<Promotion> {
  const record = await readRecord(snapshot, id);
  const { policy } = await readEnvironment(snapshot, record.environment);
  return promotionOf(snapshot, record, policy);
}

/** @throws Problem `promotion_not_found` */
export async function readRecord(snapshot: Snapshot, id: string): Promise<PromotionRecord> {
  const number = /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0;
  const rows = await snapshot.selectFrom('promotions').selectAll().where('id', '=', number).execute();
  const [record] = await recordsOf(snapshot, rows);
  if (record !== undefined) return record;
  throw new Problem(
    'promotion_not_found',
    'There is no promotion with this id. List the promotions to find it.',
  );
}

async function promotionOf(snapshot: Snapshot, record: PromotionRecord, policy: Policy): Promise<Promotion> {
  const { id, supersededBy, appliedSeq: _, ...shown } = record;
  const barred = isOpen(record) ? await readBarred(snapshot, policy, record) : [];
  const approvals = isOpen(record) ? countedApprovals(record, barred) : record.approvals;
  return {
    id: String(id),
    ...shown,
    approvals: approvals.map(({ actor, at, comment }) => ({ actor, at, comment })),
    approvalsNeeded: approvalsNeeded(policy, record),
    authors: authorsOf(barred),
    supersededBy: supersededBy === null ? null : String(supersededBy),
  };
}
