/** Promoting: a pointer of one environment moves, or the request to move it is recorded until others approve or its time comes. */
import type { Promotion, PromotionRequest } from '../../contract/promotions.ts';
import type { PromptName } from '../../core/name.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import { decideRequest } from '../../core/promotion-decisions.ts';
import { type Caller, checkOwnEnvironment } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import { readPrompt, versionNotFound } from '../prompts/version-rows.ts';
import { checkChannelQuota, checkOpenPromotionQuota } from '../quotas.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { wasLive } from './pointers.ts';
import { readPresent } from './present.ts';
import { readPromotion } from './read.ts';
import { begin, proceed } from './record.ts';
import { recordsOf } from './rows.ts';

/**
 * @returns the promotion: applied; planned for its time; or pending where the policy asks for approvals. A rollback
 * needs none unless the policy says so or it is planned.
 * @throws Problem `environment_not_found`, `wrong_environment`, `key_revoked`, `prompt_not_found`, `version_not_found`,
 * `already_live`, `pointer_moved` with the present version, `prompt_archived`, `not_promoted_from`, `role_too_low`,
 * `invalid_request` for a time that is past or over a year ahead
 */
export async function promote(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  prompt: PromptName,
  request: PromotionRequest,
): Promise<Promotion> {
  const { channel, version, reason, expected } = request;
  const environment = await readEnvironment(transaction, request.environment);
  checkOwnEnvironment(caller, environment.name, `promoting in ${environment.name}`);
  const row = await readPrompt(transaction, prompt);
  if (version > row.newest) throw versionNotFound(row, version);

  const about = { prompt, environment: environment.name, channel, version };
  await checkChannelQuota(transaction, about);
  const rollback = await wasLive(transaction, prompt, version, environment.name, channel);
  const effectiveAt = request.effectiveAt == null ? null : new Date(request.effectiveAt).toISOString();
  const present = await readPresent(transaction, now, about, environment);
  const outcome = decideRequest({ ...about, expected, rollback, effectiveAt }, caller, present);

  const data = { from: present.current, reason, rollback };
  if (outcome === 'applied') {
    const { id } = await begin(transaction, now, caller, about, { kind: 'promotion.applied', data });
    return readPromotion(transaction, String(id));
  }
  await checkOpenPromotionQuota(transaction, environment.name);
  const promotion = await begin(transaction, now, caller, about, {
    kind: 'promotion.requested',
    data: { ...data, ...(effectiveAt !== null && { effectiveAt }) },
  });
  if (!rollback) await supersedeOlder(transaction, now, caller, promotion);
  if (outcome === 'planned' && effectiveAt !== null)
    await proceed(transaction, now, caller, promotion, { kind: 'promotion.planned', data: { effectiveAt } });
  return readPromotion(transaction, String(promotion.id));
}

/** The newer request for a pointer takes the place of those that are open, so that nobody approves what nobody wants any more. */
async function supersedeOlder(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  { id, prompt, environment, channel }: PromotionRecord,
): Promise<void> {
  const rows = await transaction
    .selectFrom('promotions')
    .selectAll()
    .where('state', 'in', ['pending', 'planned'])
    .where('prompt', '=', prompt)
    .where('environment', '=', environment)
    .where('channel', '=', channel)
    .where('id', '<', id)
    .orderBy('id')
    .execute();
  for (const older of await recordsOf(transaction, rows))
    await proceed(transaction, now, caller, older, {
      kind: 'promotion.superseded',
      data: { by: String(id) },
    });
}
