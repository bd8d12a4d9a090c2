/** Promotions: their history, and one of them. */
import type { Promotion } from '../../contract/promotions.ts';
import { authorsOf, type ChangedVersion, firstOfEach } from '../../core/change-authors.ts';
import type { EnvironmentName, Policy } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { missingRules, type OwnerRule } from '../../core/owners.ts';
import { foldPerson } from '../../core/person.ts';
import { Problem } from '../../core/problem.ts';
import { type ApprovalRecord, isOpen, type PromotionRecord } from '../../core/promotion.ts';
import { approvalsNeeded, countedApprovals } from '../../core/promotion-decisions.ts';
import { readEnvironment, readEnvironments } from '../environments.ts';
import { ableOf, readApprovers } from '../owners/approvers.ts';
import { newestTime } from '../store/log.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { turns } from '../turns.ts';
import { recordsOf } from './rows.ts';
import { type ReleaseRules, readRules } from './rules.ts';

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
  snapshot: ReadSnapshot,
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
  const releases: ReleaseRules = new Map();
  const turn = turns();
  for (const record of records) {
    await turn();
    promotions.push(
      await promotionOf(snapshot, record, policies.get(record.environment) as Policy, releases),
    );
  }
  return promotions;
}

/** @throws Problem `promotion_not_found` */
export async function readPromotion(snapshot: ReadSnapshot, id: string): Promise<Promotion> {
  const record = await readRecord(snapshot, id);
  const { policy } = await readEnvironment(snapshot, record.environment);
  return promotionOf(snapshot, record, policy);
}

/** @throws Problem `promotion_not_found` */
export async function readRecord(snapshot: ReadSnapshot, id: string): Promise<PromotionRecord> {
  const number = /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0;
  const rows = await snapshot.selectFrom('promotions').selectAll().where('id', '=', number).execute();
  const [record] = await recordsOf(snapshot, rows);
  if (record !== undefined) return record;
  throw new Problem(
    'promotion_not_found',
    'There is no promotion with this id. List the promotions to find it.',
  );
}

/** A record as in the API. @param releases a cache of releases, for callers that show several */
export async function promotionOf(
  snapshot: ReadSnapshot,
  record: PromotionRecord,
  policy: Policy,
  releases?: ReleaseRules,
): Promise<Promotion> {
  const { id, supersededBy, release, appliedSeq: _, ...shown } = record;
  const { barred, needed, owners } = isOpen(record)
    ? await readRules(snapshot, policy, record, releases)
    : { barred: [], needed: approvalsNeeded(policy, record), owners: [] };
  const approvals = isOpen(record) ? countedApprovals(record, barred) : record.approvals;
  return {
    id: String(id),
    ...shown,
    approvals: approvals.map(({ actor, at, comment }) => ({ actor, at, comment })),
    approvalsNeeded: needed,
    authors: authorsOf(barred),
    owners: await waitingFor(snapshot, record, owners, barred, approvals),
    supersededBy: supersededBy === null ? null : String(supersededBy),
    release: release && { ...release, id: String(release.id) },
  };
}

/** The rules of owners without an approval, with the people who could give it. */
async function waitingFor(
  snapshot: ReadSnapshot,
  { environment, requestedBy }: PromotionRecord,
  rules: readonly OwnerRule[],
  barred: readonly ChangedVersion[],
  approvals: readonly ApprovalRecord[],
): Promise<Promotion['owners']> {
  const missing = missingRules(
    rules,
    approvals.map(({ actor }) => actor),
  );
  if (missing.length === 0) return [];
  // A reader has no clock; a key that expired since the last event is detected when it is used.
  const approvers = await readApprovers(snapshot, environment, (await newestTime(snapshot)) ?? '');
  const requester = foldPerson(requestedBy);
  const authors = firstOfEach(barred);
  return missing.map(rule => ({
    prompts: rule.pattern,
    owners: [...rule.owners],
    canApprove: ableOf(rule, approvers, person => person === requester || authors.has(person)),
  }));
}
