/** Promotions: recorded moves of a pointer. */
import * as z from 'zod';
import {
  actor,
  environmentName,
  page,
  pageQuery,
  pointerChannel,
  promptName,
  prose,
  timestamp,
  versionNumber,
} from './values.ts';

export const PROMOTION_STATES = ['pending', 'applied', 'rejected', 'cancelled', 'superseded'] as const;
export const promotionState = z.enum(PROMOTION_STATES).meta({ id: 'PromotionState' });

export const promotion = z
  .object({
    id: z.string(),
    prompt: promptName,
    environment: environmentName,
    channel: pointerChannel,
    version: versionNumber,
    /** What the pointer stood at before; null when it was unset. */
    from: versionNumber.nullable(),
    /** Whether `version` had been this pointer's target before. */
    rollback: z.boolean(),
    reason: prose,
    state: promotionState,
    requestedBy: actor,
    requestedAt: timestamp,
    appliedAt: timestamp.nullable(),
  })
  .meta({ id: 'Promotion' });
export type Promotion = z.infer<typeof promotion>;

export const promotionRequest = z
  .object({
    environment: environmentName,
    channel: pointerChannel,
    version: versionNumber,
    reason: prose.min(1, 'Say why: the reason stands in the log for ever.'),
    expected: versionNumber
      .nullable()
      .meta({ description: "The pointer's present version, null when unset." }),
  })
  .meta({ id: 'PromotionRequest' });
export type PromotionRequest = z.infer<typeof promotionRequest>;

export const promotionListQuery = pageQuery.extend({
  state: promotionState.optional(),
  environment: environmentName.optional(),
  prompt: promptName.optional(),
});
export const promotionPage = page(promotion).meta({ id: 'PromotionPage' });
