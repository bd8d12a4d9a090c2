/** Promoting: a pointer of one environment moves, or the request to move it is recorded until others approve or its time comes. */
import type { Promotion, PromotionRequest } from '../../contract/promotions.ts';
import type { Environment } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { decideRequest, type Present, type ProposedPromotion } from '../../core/promotion-decisions.ts';
import { type Caller, checkOwnEnvironment } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import { readPrompt, versionNotFound } from '../prompts/version-rows.ts';
import { checkChannelQuota, checkOpenPromotionQuota } from '../quotas.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { wasLive } from './pointers.ts';
import { readPresent } from './present.ts';
import { readPromotion } from './read.ts';
import { begin, proceed } from './record.ts';
import { readNeeded } from './rules.ts';
import { supersedeOlder } from './supersede.ts';

/**
 * @returns the promotion: applied, planned, or pending if the policy requires approvals. A rollback needs none unless
 * the policy says so or it is scheduled.
 * @throws Problem `environment_not_found`, `wrong_environment`, `key_revoked`, `prompt_not_found`, `version_not_found`,
 * `already_live`, `pointer_moved` with the current version, `prompt_archived`, `not_promoted_from`, `role_too_low`,
 * `invalid_request` for a time in the past or over a year ahead
 */
export async function promote(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  prompt: PromptName,
  request: PromotionRequest,
): Promise<Promotion> {
  const environment = await readEnvironment(transaction, request.environment);
  checkOwnEnvironment(caller, environment.name, `promoting in ${environment.name}`);
  const { asked, present } = await readAsked(transaction, now, environment, prompt, request);
  const needed = await readNeeded(transaction, environment.policy, {
    ...asked,
    environment: environment.name,
    from: present.current,
  });
  const outcome = decideRequest(asked, caller, present, needed);

  const { effectiveAt, rollback } = asked;
  const data = { from: present.current, reason: request.reason, rollback };
  const about = { ...asked, environment: environment.name };
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

export interface AskedMove {
  readonly asked: ProposedPromotion;
  readonly present: Present;
}

/** The request and the current state. @throws Problem `prompt_not_found`, `version_not_found` */
export async function readAsked(
  transaction: WriteTransaction,
  now: Store['now'],
  environment: Environment,
  prompt: PromptName,
  request: Pick<PromotionRequest, 'channel' | 'version' | 'expected' | 'effectiveAt'>,
): Promise<AskedMove> {
  const { channel, version, expected } = request;
  const row = await readPrompt(transaction, prompt);
  if (version > row.newest) throw versionNotFound(row, version);
  const about = { prompt, environment: environment.name, channel, version };
  await checkChannelQuota(transaction, about);
  const rollback = await wasLive(transaction, prompt, version, environment.name, channel);
  const effectiveAt = request.effectiveAt == null ? null : new Date(request.effectiveAt).toISOString();
  const present = await readPresent(transaction, now, about, environment);
  return { asked: { prompt, channel, version, expected, rollback, effectiveAt }, present };
}
