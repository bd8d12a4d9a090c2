/** Decisions about a waiting promotion: approve, reject, cancel. */
import type { Promotion } from '../../contract/promotions.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import {
  checkDecidedAlone,
  decideApproval,
  decideCancellation,
  decideRejection,
} from '../../core/promotion-decisions.ts';
import { type Caller, checkOwnEnvironment } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { checkAsRecorded } from './as-recorded.ts';
import { readPresent } from './present.ts';
import { readPromotion, readRecord } from './read.ts';
import { proceed } from './record.ts';
import { readRules } from './rules.ts';

type Decide = (
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  id: string,
  comment: string,
) => Promise<Promotion>;

/**
 * Adds an approval; the last required one applies the promotion, or schedules it for its time. A refusal records
 * nothing.
 * @throws Problem `promotion_not_found`, `wrong_environment`, `promotion_closed`, `self_approval`, `already_approved`,
 * `pointer_moved`, `prompt_archived`, `not_promoted_from`, `key_revoked`, `part_of_release`
 */
export const approve: Decide = async (transaction, now, caller, id, comment) => {
  const before = await own(transaction, caller, id, 'approving this promotion');
  const environment = await readEnvironment(transaction, before.environment);
  const present = await readPresent(transaction, now, before, environment);
  const { barred, needed, owners } = await readRules(transaction, environment.policy, before);
  const outcome = decideApproval(before, caller, present, barred, needed, owners);

  const approved = await proceed(transaction, now, caller, before, {
    kind: 'promotion.approved',
    data: { comment },
  });
  const { from, reason, rollback, effectiveAt } = approved;
  if (outcome === 'applied')
    await proceed(transaction, now, caller, approved, {
      kind: 'promotion.applied',
      data: { from, reason, rollback },
    });
  if (outcome === 'planned' && approved.state === 'pending' && effectiveAt !== null)
    await proceed(transaction, now, caller, approved, { kind: 'promotion.planned', data: { effectiveAt } });
  return readPromotion(transaction, id);
};

/** @throws Problem `promotion_not_found`, `wrong_environment`, `key_revoked`, `promotion_closed`, `part_of_release` */
export const reject: Decide = async (transaction, now, caller, id, comment) => {
  const before = await own(transaction, caller, id, 'rejecting this promotion');
  decideRejection(before);
  await proceed(transaction, now, caller, before, { kind: 'promotion.rejected', data: { comment } });
  return readPromotion(transaction, id);
};

/**
 * @throws Problem `promotion_not_found`, `wrong_environment`, `key_revoked`, `promotion_closed`, `role_too_low`,
 * `part_of_release`
 */
export const cancel: Decide = async (transaction, now, caller, id, comment) => {
  const before = await own(transaction, caller, id, 'canceling this promotion');
  decideCancellation(before, caller);
  await proceed(transaction, now, caller, before, { kind: 'promotion.cancelled', data: { comment } });
  return readPromotion(transaction, id);
};

/** The promotion, if the caller's key belongs to its environment and is still valid. */
async function own(
  transaction: WriteTransaction,
  caller: Caller,
  id: string,
  doing: string,
): Promise<PromotionRecord> {
  const promotion = await readRecord(transaction, id);
  checkOwnEnvironment(caller, promotion.environment, doing);
  await checkAsRecorded(transaction, promotion);
  checkDecidedAlone(promotion);
  return promotion;
}
