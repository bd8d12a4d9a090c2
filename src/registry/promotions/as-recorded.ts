/** Promotions that are about to be decided, held to their events: who asked, and who approved, is for the log to say. */
import { canonicalJson } from '../../core/canonical.ts';
import { EventMisfit, isPromotionEvent, type PromotionRecord, promotionAfter } from '../../core/promotion.ts';
import { authentic } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { Snapshot } from '../store/store.ts';

/** @throws DataFolderProblem `chain_broken` when the tables say something else than the events */
export async function checkAsRecorded(snapshot: Snapshot, promotion: PromotionRecord): Promise<void> {
  const told = await recordedPromotion(snapshot, promotion);
  if (told === undefined || canonicalJson(told) !== canonicalJson(promotion))
    throw broken(`The tables say something else of promotion ${promotion.id} than the log.`);
}

async function recordedPromotion(
  snapshot: Snapshot,
  { id, prompt, environment, channel }: PromotionRecord,
): Promise<PromotionRecord | undefined> {
  let told: PromotionRecord | undefined;
  for (const row of await selectEvents(snapshot, { id, prompt, environment, channel })) {
    const event = authentic(snapshot, row);
    if (!isPromotionEvent(event) || event.data.promotion !== String(id)) continue;
    try {
      told = promotionAfter(told, event);
    } catch (cause) {
      if (cause instanceof EventMisfit) throw broken(cause.message, { cause });
      throw cause;
    }
  }
  return told;
}

type Place = Pick<PromotionRecord, 'id' | 'prompt' | 'environment' | 'channel'>;

/** Of the pointer, since the promotion began: few, as a newer request takes the place of older ones. */
const selectEvents = preparedQuery((database, given: Place) =>
  database
    .selectFrom('events')
    .selectAll()
    .where('prompt', '=', given.prompt)
    .where('environment', '=', given.environment)
    .where('channel', '=', given.channel)
    .where('seq', '>=', given.id)
    .orderBy('seq'),
);
