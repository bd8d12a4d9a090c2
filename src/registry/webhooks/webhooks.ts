/** Creates, lists and removes webhooks, with the events that record it. */
import { randomBytes } from 'node:crypto';
import type { CreatedWebhook, WebhookRecord, WebhookRequest } from '../../contract/webhooks.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import type { Author } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import type { RegistryIdentity } from '../identity.ts';
import { checkWebhookQuota } from '../quotas.ts';
import { appendEvent } from '../store/log.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import type { WebhooksTable } from '../store/tables.ts';
import { filterText } from './filters.ts';
import { shownSecret, webhookSecret } from './signature.ts';
import { sealTarget } from './target.ts';

export interface NewWebhook extends Pick<WebhookRequest, 'environments' | 'events' | 'format'> {
  /** The environment whose admins manage it. */
  readonly environment: EnvironmentName;
  readonly target: URL;
}

/**
 * Creates a webhook; only its result contains the secret.
 * @throws Problem `environment_not_found`, `invalid_request` if there are too many
 */
export async function createWebhook(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  identity: RegistryIdentity,
  { environment, environments, events, format, target }: NewWebhook,
): Promise<CreatedWebhook> {
  for (const name of [environment, ...(environments ?? [])]) await readEnvironment(transaction, name);
  await checkWebhookQuota(transaction, environment);
  const id = `wh_${randomBytes(12).toString('hex')}`;
  const { origin } = target;
  const filters = {
    environments: environments && [...new Set(environments)],
    events: events && [...new Set(events)],
  };
  const event = await appendEvent(transaction, now, () => ({
    ...author,
    kind: 'webhook.created',
    environment,
    data: { id, origin, ...filters, format },
  }));
  const row: WebhooksTable = {
    id,
    seq: event.seq,
    environment,
    origin,
    sealed_url: sealTarget(identity, id, target),
    environments: filterText(filters.environments),
    events: filterText(filters.events),
    format,
    created_at: event.at,
    created_by: author.actor,
    last_delivered_at: null,
    last_failure: null,
    stopped_at: null,
  };
  await transaction.insertInto('webhooks').values(row).execute();
  return { ...recordOf(row, NONE), secret: shownSecret(webhookSecret(identity, id)) };
}

export interface WebhookListing {
  readonly environment?: EnvironmentName;
  /** Only those created before the event with this seq. */
  readonly before?: number;
  readonly limit?: number;
}

/** Webhooks with the seq of their creation, newest first. */
export async function listWebhooks(
  snapshot: ReadSnapshot,
  { environment, before, limit }: WebhookListing,
): Promise<{ seq: number; record: WebhookRecord }[]> {
  let query = snapshot.selectFrom('webhooks').selectAll().orderBy('seq', 'desc');
  if (environment !== undefined) query = query.where('environment', '=', environment);
  if (before !== undefined) query = query.where('seq', '<', before);
  if (limit !== undefined) query = query.limit(limit);
  return withCounts(snapshot, await query.execute());
}

/** @throws Problem `webhook_not_found` */
export async function readWebhook(snapshot: ReadSnapshot, id: string): Promise<WebhookRecord> {
  const row = await snapshot.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
  const [found] = row === undefined ? [] : await withCounts(snapshot, [row]);
  if (found === undefined)
    throw new Problem(
      'webhook_not_found',
      'There is no webhook with this id. List the webhooks to find the right one.',
    );
  return found.record;
}

/** Removes a webhook with what is still to be sent to it. @throws Problem `webhook_not_found` */
export async function removeWebhook(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  id: string,
): Promise<WebhookRecord> {
  const record = await readWebhook(transaction, id);
  const { environment, origin } = record;
  await appendEvent(transaction, now, () => ({
    ...author,
    kind: 'webhook.removed',
    environment,
    data: { id, origin },
  }));
  await transaction.deleteFrom('webhook_deliveries').where('webhook', '=', id).execute();
  await transaction.deleteFrom('webhooks').where('id', '=', id).execute();
  return record;
}

interface Counts {
  readonly waiting: number;
  readonly given_up: number;
}
const NONE: Counts = { waiting: 0, given_up: 0 };

async function withCounts(
  snapshot: ReadSnapshot,
  rows: readonly WebhooksTable[],
): Promise<{ seq: number; record: WebhookRecord }[]> {
  if (rows.length === 0) return [];
  const counted = await snapshot
    .selectFrom('webhook_deliveries')
    .select(['webhook', 'state', ({ fn }) => fn.countAll().as('count')])
    .where(
      'webhook',
      'in',
      rows.map(({ id }) => id),
    )
    .groupBy(['webhook', 'state'])
    .execute();
  return rows.map(row => {
    const own = counted.filter(({ webhook }) => webhook === row.id);
    const counts = Object.fromEntries(own.map(({ state, count }) => [state, Number(count)]));
    return { seq: row.seq, record: recordOf(row, { ...NONE, ...counts }) };
  });
}

function recordOf(row: WebhooksTable, { waiting, given_up }: Counts): WebhookRecord {
  return {
    id: row.id,
    environment: row.environment,
    origin: row.origin,
    environments: row.environments && JSON.parse(row.environments),
    events: row.events && JSON.parse(row.events),
    format: row.format,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastDeliveredAt: row.last_delivered_at,
    waiting,
    givenUp: given_up,
    lastFailure: row.last_failure && JSON.parse(row.last_failure),
    stoppedAt: row.stopped_at,
  };
}
