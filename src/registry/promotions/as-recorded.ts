/** Verifies promotions that are about to be decided against their events: the log determines who requested and approved them. */
import { sql } from 'kysely';
import { canonicalJson } from '../../core/canonical.ts';
import { EventMisfit, isPromotionEvent, type PromotionRecord, promotionAfter } from '../../core/promotion.ts';
import { revokedAfter } from '../access/committed-key.ts';
import { authentic } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { macsOf } from '../store/macs.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';

/** @throws DataFolderProblem `chain_broken` if the tables disagree with the events */
export async function checkAsRecorded(snapshot: ReadSnapshot, promotion: PromotionRecord): Promise<void> {
  const { told, vouchers } = await recordedPromotion(snapshot, promotion);
  if (told === undefined || canonicalJson(told) !== canonicalJson(promotion))
    throw broken(`The tables say something else of promotion ${promotion.id} than the log.`);
  await checkNoneRevoked(snapshot, told, vouchers);
}

/** The key of an approval or plan, and its event. */
interface Voucher {
  readonly key: string;
  readonly seq: number;
}

/**
 * Revoking a key holds the pending promotions that depend on it (revoked-key.ts), according to the tables of that time.
 * Keys revoked before MACs began are not checked.
 */
async function checkNoneRevoked(
  snapshot: ReadSnapshot,
  { id }: PromotionRecord,
  vouchers: readonly Voucher[],
): Promise<void> {
  const start = macsOf(snapshot)?.start ?? Number.POSITIVE_INFINITY;
  for (const { key, seq } of vouchers) {
    const revoked = await revokedAfter(snapshot, key, seq);
    if (revoked !== undefined && revoked >= start)
      throw broken(`Promotion ${id} still counts on the key ${key}, which event ${revoked} revoked.`);
  }
}

async function recordedPromotion(
  snapshot: ReadSnapshot,
  { id, prompt, environment, channel }: PromotionRecord,
): Promise<{ readonly told: PromotionRecord | undefined; readonly vouchers: readonly Voucher[] }> {
  let told: PromotionRecord | undefined;
  let request: Voucher | undefined;
  let approvals: Voucher[] = [];
  for (const row of await selectEvents(snapshot, { id, prompt, environment, channel })) {
    const event = authentic(snapshot, row);
    if (!isPromotionEvent(event) || event.data.promotion !== String(id)) continue;
    try {
      told = promotionAfter(told, event);
    } catch (cause) {
      if (cause instanceof EventMisfit) throw broken(cause.message, { cause });
      throw cause;
    }
    const { key, seq, kind } = event;
    request ??= { key, seq };
    if (kind === 'promotion.approved') approvals.push({ key, seq });
    if (kind === 'promotion.held') approvals = [];
  }
  const isByRequest = approvals.length === 0 && told?.state === 'planned' && request !== undefined;
  return { told, vouchers: isByRequest ? [request as Voucher] : approvals };
}

type Place = Pick<PromotionRecord, 'id' | 'prompt' | 'environment' | 'channel'>;

/**
 * The events of the pointer since the promotion began: few, because a newer request replaces older ones. Without
 * comments, which do not change a promotion and may be many.
 */
const selectEvents = preparedQuery((database, given: Place) =>
  database
    .selectFrom('events')
    .selectAll()
    .where('prompt', '=', given.prompt)
    .where('environment', '=', given.environment)
    .where('channel', '=', given.channel)
    .where('seq', '>=', given.id)
    .where('kind', '!=', sql.lit('promotion.commented' as const))
    .orderBy('seq'),
);
