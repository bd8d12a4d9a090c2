/**
 * Quotas for what callers create, separately for each environment, prompt or promotion: exceeding one does not affect
 * the others. All are far beyond normal use.
 */
import { sql } from 'kysely';
import type { EnvironmentName } from '../core/environment.ts';
import type { CommentPlace } from '../core/event.ts';
import { LINE_COMMENT_KINDS } from '../core/line-comments.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import type { PromotionRecord } from '../core/promotion.ts';
import type { VersionNumber } from '../core/version.ts';
import type { ReadSnapshot } from './store/store.ts';

export interface Quotas {
  /** Per registry. They are shown without pages. */
  readonly environments: number;
  /** Per environment: valid keys. */
  readonly keys: number;
  /** Per environment: each event is stored once for each receiver. */
  readonly webhooks: number;
  /** Per webhook: events that wait for it, or were given up. */
  readonly webhookEvents: number;
  /** Per prompt and environment. */
  readonly channels: number;
  /** Per environment: promotions that wait for approvals or their time. */
  readonly openPromotions: number;
  /** Per promotion. */
  readonly comments: number;
  /** Per version: comments at its lines, and changes of them; as many again in reviews on each side. */
  readonly lineComments: number;
  /** Per key and day: requests with an Idempotency-Key whose responses are stored. */
  readonly idempotencyKeys: number;
}

export const QUOTAS: Quotas = {
  environments: 32,
  keys: 5000,
  webhooks: 100,
  webhookEvents: 2000,
  channels: 50,
  openPromotions: 1000,
  comments: 1000,
  lineComments: 500,
  idempotencyKeys: 10_000,
};

/** @throws Problem `invalid_request` when there is no room for another */
export function checkEnvironmentQuota(count: number): void {
  check(
    count < QUOTAS.environments,
    `This registry has ${QUOTAS.environments} environments, the maximum. Use an existing one.`,
  );
}

/** @throws Problem `invalid_request` when there is no room for another */
export async function checkKeyQuota(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  now: Date,
): Promise<void> {
  const { count } = await snapshot
    .selectFrom('keys')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('environment', '=', environment)
    .where('revoked_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now.toISOString())]))
    .executeTakeFirstOrThrow();
  check(
    Number(count) < QUOTAS.keys,
    `${environment} has ${QUOTAS.keys} valid keys, the maximum. Revoke keys you no longer need, or give keys an expiry.`,
  );
}

/** @throws Problem `invalid_request` when there is no room for another */
export async function checkWebhookQuota(snapshot: ReadSnapshot, environment: EnvironmentName): Promise<void> {
  const { count } = await snapshot
    .selectFrom('webhooks')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('environment', '=', environment)
    .executeTakeFirstOrThrow();
  check(
    Number(count) < QUOTAS.webhooks,
    `${environment} has ${QUOTAS.webhooks} webhooks, the maximum. Remove one you no longer need.`,
  );
}

/** Returns true if more events wait for a webhook, or were given up, than are stored for one. */
export async function isWebhookQuotaReached(snapshot: ReadSnapshot, webhook: string): Promise<boolean> {
  const { count } = await snapshot
    .selectFrom('webhook_deliveries')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('webhook', '=', webhook)
    .executeTakeFirstOrThrow();
  return Number(count) >= QUOTAS.webhookEvents;
}

/** For a channel that the prompt does not have yet in the environment. @throws Problem `invalid_request` */
export async function checkChannelQuota(
  snapshot: ReadSnapshot,
  { prompt, environment, channel }: Pick<PromotionRecord, 'prompt' | 'environment' | 'channel'>,
): Promise<void> {
  const own = snapshot
    .selectFrom('promotions')
    .where('prompt', '=', prompt)
    .where('environment', '=', environment);
  if ((await own.select('id').where('channel', '=', channel).limit(1).executeTakeFirst()) !== undefined)
    return;
  const { count } = await own
    .select(sql<number>`count(DISTINCT channel)`.as('count'))
    .executeTakeFirstOrThrow();
  check(
    Number(count) < QUOTAS.channels,
    `"${prompt}" has ${QUOTAS.channels} channels in ${environment}, the maximum. Promote to an existing one.`,
  );
}

/** @throws Problem `invalid_request` when there is no room for `more` */
export async function checkOpenPromotionQuota(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  more = 1,
): Promise<void> {
  const { count } = await snapshot
    .selectFrom('promotions')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('state', 'in', ['pending', 'planned'])
    .where('environment', '=', environment)
    .executeTakeFirstOrThrow();
  check(
    Number(count) + more <= QUOTAS.openPromotions,
    `${count} promotions wait in ${environment}, and it takes no more than ${QUOTAS.openPromotions}. Approve, reject or cancel some of them first.`,
  );
}

/** @throws Problem `invalid_request` when there is no room for another */
export async function checkCommentQuota(snapshot: ReadSnapshot, promotion: number): Promise<void> {
  const { count } = await snapshot
    .selectFrom('comments')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('promotion', '=', promotion)
    .executeTakeFirstOrThrow();
  check(
    Number(count) < QUOTAS.comments,
    `This promotion has ${QUOTAS.comments} comments, the maximum. Approve or reject it, or request a new one.`,
  );
}

/**
 * Reviews' comments at the lines of a version count together, whichever promotions they belong to.
 * @throws Problem `invalid_request` if the quota is used up
 */
export async function checkReviewCommentQuota(
  snapshot: ReadSnapshot,
  side: CommentPlace['side'],
  { prompt, version }: { readonly prompt: PromptName; readonly version: VersionNumber },
): Promise<void> {
  const { count } = await snapshot
    .selectFrom('promotions')
    .innerJoin('comments', 'comments.promotion', 'promotions.id')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('promotions.prompt', '=', prompt)
    .where(side === 'to' ? 'promotions.version' : 'promotions.from_version', '=', version)
    .where('comments.side', '=', side)
    .executeTakeFirstOrThrow();
  check(
    Number(count) < QUOTAS.lineComments,
    `Reviews have ${QUOTAS.lineComments} comments at the lines of version ${version} of "${prompt}", the maximum. Comment on the whole promotion, or on a newer version.`,
  );
}

/**
 * Comments at the lines of a version count together. Resolved ones have a quota of their own, so that a discussion can
 * always be closed; deleting is always possible.
 * @throws Problem `invalid_request` if the quota is used up
 */
export async function checkLineCommentQuota(
  snapshot: ReadSnapshot,
  { prompt, version }: { readonly prompt: PromptName; readonly version: VersionNumber },
  doing: 'writing' | 'resolving' = 'writing',
): Promise<void> {
  const { count } = await snapshot
    .selectFrom('events')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('prompt', '=', prompt)
    .where('version', '=', version)
    // The kinds are literals in the statement, because only then is their index used.
    .where('kind', 'in', sql`(${sql.join(LINE_COMMENT_KINDS.map(kind => sql.lit(kind)))})` as never)
    .where('kind', '!=', 'promotion.commented')
    .executeTakeFirstOrThrow();
  check(
    Number(count) < QUOTAS.lineComments * (doing === 'writing' ? 1 : 2),
    `Version ${version} of "${prompt}" has ${QUOTAS.lineComments} comments and changes to comments, the maximum. Comment on a newer version.`,
  );
}

function check(hasRoom: boolean, message: string): void {
  if (!hasRoom) throw new Problem('invalid_request', message);
}
