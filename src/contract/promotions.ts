/** Promotions: recorded moves of a pointer. */
import * as z from 'zod';
import {
  actor,
  environmentName,
  optionalProse,
  page,
  pageQuery,
  pointerChannel,
  promptName,
  prose,
  requiredProse,
  timestamp,
  versionNumber,
} from './values.ts';

export const PROMOTION_STATES = [
  'pending',
  'planned',
  'applied',
  'rejected',
  'cancelled',
  'superseded',
] as const;
export const promotionState = z.enum(PROMOTION_STATES).meta({
  id: 'PromotionState',
  description: 'pending: waits for approvals. planned: approved, waits for its time. The others are final.',
});

export const approval = z.object({ actor, at: timestamp, comment: prose }).meta({ id: 'Approval' });
export type Approval = z.infer<typeof approval>;

export const promotion = z
  .object({
    id: z.string(),
    prompt: promptName,
    environment: environmentName,
    channel: pointerChannel,
    version: versionNumber,
    /** The previous version of the pointer; null if it was unset. */
    from: versionNumber.nullable(),
    /** True if `version` had been this pointer's target before. */
    rollback: z.boolean(),
    reason: prose,
    state: promotionState,
    requestedBy: actor,
    requestedAt: timestamp,
    /** The time to apply it; null: as soon as it is approved. */
    effectiveAt: timestamp.nullable(),
    appliedAt: timestamp.nullable(),
    /** In order. Approvals from before it was held do not count and are not included. */
    approvals: z.array(approval),
    /** The number of approvals that the policy requires now. */
    approvalsNeeded: z.int().min(0),
    authors: z.array(actor).default([]).meta({
      description:
        'People who may not approve it because they wrote a version that it changes; empty if the policy has authorsMayApprove, and once it has ended.',
    }),
    owners: z
      .array(
        z.object({
          prompts: z.string().meta({ description: 'The pattern, such as support/**.' }),
          owners: z.array(actor),
          canApprove: z.array(actor).meta({
            description:
              'Those with a valid key for approving who neither requested it nor wrote what it changes.',
          }),
        }),
      )
      .default([])
      .meta({
        description:
          'What it waits for in addition to approvalsNeeded: one of the owners of each of these patterns must approve. Empty if they have, if there are none, and once it has ended.',
      }),
    /** The problem that prevented it from being applied at its time; null if it was not held. */
    held: z.object({ at: timestamp, code: z.string(), detail: z.string() }).nullable(),
    /** Set if it was rejected, canceled or superseded. */
    closed: z.object({ at: timestamp, by: actor, comment: prose }).nullable(),
    /** The id of the newer promotion that superseded it. */
    supersededBy: z.string().nullable(),
    release: z.object({ id: z.string(), atomic: z.boolean() }).nullable().default(null).meta({
      description:
        'The release that it belongs to; null: none. A promotion of an atomic release is decided only with the whole.',
    }),
  })
  .meta({ id: 'Promotion' });
export type Promotion = z.infer<typeof promotion>;

export const promotionRequest = z
  .object({
    environment: environmentName,
    channel: pointerChannel,
    version: versionNumber,
    reason: requiredProse('Enter a reason. It is kept permanently.'),
    expected: versionNumber
      .nullable()
      .meta({ description: "The pointer's present version, null when unset." }),
    effectiveAt: timestamp.nullish().meta({
      description: 'When to apply it, at most a year from now; null: at once, or when it is approved.',
    }),
  })
  .meta({ id: 'PromotionRequest' });
export type PromotionRequest = z.infer<typeof promotionRequest>;

/** The body of approve, reject and cancel. */
export const decisionRequest = z
  .object({ comment: optionalProse.default('') })
  .meta({ id: 'DecisionRequest' });
export type DecisionRequest = z.infer<typeof decisionRequest>;

export const commentPlace = z
  .object({ side: z.enum(['from', 'to']), line: z.int().min(1) })
  .meta({ id: 'CommentPlace', description: "A line of one side's source, from 1." });

export const comment = z
  .object({
    id: z.string(),
    promotion: z.string(),
    actor,
    at: timestamp,
    text: prose,
    /** Null for a comment on the whole promotion. */
    place: commentPlace.nullable(),
    /** Absent if it was not edited. */
    editedAt: timestamp.optional(),
  })
  .meta({ id: 'Comment' });
export type Comment = z.infer<typeof comment>;

export const commentRequest = z
  .object({
    text: requiredProse('Enter a comment.'),
    place: commentPlace.nullable().default(null),
  })
  .meta({ id: 'CommentRequest' });
export type CommentRequest = z.infer<typeof commentRequest>;
export const commentPage = page(comment).meta({ id: 'CommentPage' });

export const promotionListQuery = pageQuery.extend({
  state: promotionState.optional(),
  environment: environmentName.optional(),
  prompt: promptName.optional(),
});
export const promotionPage = page(promotion).meta({ id: 'PromotionPage' });
