/** Releases: promotions to one channel of one environment that were requested together. */
import * as z from 'zod';
import { PROBLEM_CODES } from '../core/problem.ts';
import { MAX_RELEASE_ITEMS } from '../core/release.ts';
import { PROMOTION_STATES, promotion, promotionState } from './promotions.ts';
import {
  actor,
  environmentName,
  page,
  pageQuery,
  pointerChannel,
  promptName,
  prose,
  queryNumber,
  requiredProse,
  timestamp,
  versionNumber,
} from './values.ts';

export const releaseItem = z
  .object({
    prompt: promptName,
    version: versionNumber,
    from: versionNumber.nullable().meta({ description: "The pointer's present version, null when unset." }),
  })
  .meta({ id: 'ReleaseItem' });

export const releaseRequest = z
  .object({
    environment: environmentName,
    channel: pointerChannel,
    reason: requiredProse('Enter a reason. It is kept permanently.'),
    items: z
      .array(releaseItem)
      .min(1, 'Name at least one version.')
      .max(MAX_RELEASE_ITEMS, `A release has at most ${MAX_RELEASE_ITEMS} prompts. Split it.`)
      .superRefine((items, context) => {
        const seen = new Set<string>();
        for (const [index, { prompt }] of items.entries()) {
          if (seen.has(prompt))
            context.addIssue({
              code: 'custom',
              path: [index, 'prompt'],
              message: 'is in this release twice. Name each prompt once.',
            });
          seen.add(prompt);
        }
      })
      .meta({ description: `Each prompt once, ${MAX_RELEASE_ITEMS} at most.` }),
    atomic: z.boolean().default(false).meta({
      description: 'Everything goes live at once or not at all: one refused item refuses the release.',
    }),
    effectiveAt: timestamp.nullish().meta({
      description: 'When to apply it, at most a year from now; null: at once, or when it is approved.',
    }),
  })
  .meta({ id: 'ReleaseRequest' });
export type ReleaseRequest = z.infer<typeof releaseRequest>;

export const releaseSummary = z
  .object({
    /** The id of its first promotion. */
    id: z.string(),
    environment: environmentName,
    channel: pointerChannel,
    reason: prose,
    atomic: z.boolean(),
    state: z.enum([...PROMOTION_STATES, 'mixed']).meta({
      description:
        'pending or planned while one of its promotions is. mixed: they ended in different ways, which is possible if the release is not atomic.',
    }),
    /** The number of promotions that are in each state. */
    counts: z.partialRecord(promotionState, z.int().min(1)),
    requestedBy: actor,
    requestedAt: timestamp,
    effectiveAt: timestamp.nullable(),
  })
  .meta({ id: 'ReleaseSummary' });
export type ReleaseSummary = z.infer<typeof releaseSummary>;

/** A release with its promotions, in the order of the request; items that were already live or refused have none. */
export const release = releaseSummary.extend({ promotions: z.array(promotion) }).meta({ id: 'Release' });
export type Release = z.infer<typeof release>;

export const releaseResult = z
  .object({
    prompt: promptName,
    version: versionNumber,
    outcome: z.enum(['already_live', 'refused', ...PROMOTION_STATES]).meta({
      description: 'already_live: there was nothing to do. refused: see code and detail.',
    }),
    promotion: z.string().nullable(),
    code: z.enum(PROBLEM_CODES).nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'ReleaseResult' });
export type ReleaseResult = z.infer<typeof releaseResult>;

export const releaseAnswer = z
  .object({
    release: release.nullable().meta({ description: 'null: nothing was left to promote.' }),
    results: z
      .array(releaseResult)
      .meta({ description: 'The result of each item, or of each open promotion.' }),
  })
  .meta({ id: 'ReleaseAnswer' });
export type ReleaseAnswer = z.infer<typeof releaseAnswer>;

export const releaseListQuery = pageQuery.extend({
  limit: queryNumber(1, 100, 50),
  environment: environmentName.optional(),
});
export const releasePage = page(releaseSummary).meta({ id: 'ReleasePage' });
