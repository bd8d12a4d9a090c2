/** Releases: their history, and one of them with its promotions. */
import type { Release, ReleaseSummary } from '../../contract/releases.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import type { PromotionRecord, PromotionState } from '../../core/promotion.ts';
import { releaseState } from '../../core/release.ts';
import { readEnvironment } from '../environments.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { turns } from '../turns.ts';
import { promotionOf } from './read.ts';
import { releaseMembers } from './release-members.ts';
import { recordsOf } from './rows.ts';
import type { ReleaseRules } from './rules.ts';

export interface ReleaseListing {
  readonly environment?: EnvironmentName | undefined;
  /** Only releases before this one. */
  readonly before: number;
  readonly limit: number;
}

/** Newest first, without their promotions. @throws Problem `environment_not_found` */
export async function listReleases(
  snapshot: ReadSnapshot,
  { environment, before, limit }: ReleaseListing,
): Promise<ReleaseSummary[]> {
  if (environment !== undefined) await readEnvironment(snapshot, environment);
  let query = snapshot
    .selectFrom('promotions')
    .selectAll()
    .whereRef('release', '=', 'id')
    .where('id', '<', before)
    .orderBy('id', 'desc')
    .limit(limit);
  if (environment !== undefined) query = query.where('environment', '=', environment);
  const firsts = await recordsOf(snapshot, await query.execute());
  if (firsts.length === 0) return [];
  const counted = await snapshot
    .selectFrom('promotions')
    .select(({ fn }) => ['release', 'state', fn.countAll().as('count')])
    .where(
      'release',
      'in',
      firsts.map(({ id }) => id),
    )
    .groupBy(['release', 'state'])
    .execute();
  const byRelease = Map.groupBy(counted, ({ release }) => release);
  return firsts.map(first =>
    summaryOf(
      first,
      (byRelease.get(first.id) ?? []).map(({ state, count }) => [state, Number(count)]),
    ),
  );
}

/** @throws Problem `release_not_found` */
export async function readRelease(snapshot: ReadSnapshot, id: string): Promise<Release> {
  const members = await readMembers(snapshot, id);
  const [first] = members as [PromotionRecord];
  const { policy } = await readEnvironment(snapshot, first.environment);
  const rules: ReleaseRules = new Map();
  const turn = turns();
  const promotions = [];
  for (const member of members) {
    await turn();
    promotions.push(await promotionOf(snapshot, member, policy, rules));
  }
  const states = Map.groupBy(members, ({ state }) => state);
  const counts = [...states].map(([state, of]) => [state, of.length] as const);
  return { ...summaryOf(first, counts), promotions };
}

/** In the order of the request, at least one. @throws Problem `release_not_found` */
export async function readMembers(snapshot: ReadSnapshot, id: string): Promise<PromotionRecord[]> {
  const number = /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0;
  const members = await releaseMembers(snapshot, number);
  if (members.length > 0) return members;
  throw new Problem('release_not_found', 'There is no release with this id. List the releases to find it.');
}

function summaryOf(
  first: PromotionRecord,
  counts: readonly (readonly [PromotionState, number])[],
): ReleaseSummary {
  const { id, environment, channel, reason, requestedBy, requestedAt, effectiveAt, release } = first;
  return {
    id: String(id),
    environment,
    channel,
    reason,
    atomic: release?.atomic === true,
    state: releaseState(counts.map(([state]) => state)),
    counts: Object.fromEntries(counts),
    requestedBy,
    requestedAt,
    effectiveAt,
  };
}
