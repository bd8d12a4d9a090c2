/** The live version of a channel at an instant, and why it was live. */
import * as z from 'zod';
import { isWritableInstant } from '../core/instant.ts';
import { origin } from './origin.ts';
import { promotion } from './promotions.ts';
import { channel, digest, environmentName, promptName, timestamp, versionNumber } from './values.ts';

export const liveQuery = z.object({
  environment: environmentName,
  channel: channel.default('stable' as z.output<typeof channel>),
  at: z.iso
    .datetime({
      offset: true,
      error:
        'is not an instant of RFC 3339, such as 2026-09-12T14:03:00Z or 2026-09-12T16:03:00%2B02:00 (in a URL, "+" is written %2B)',
    })
    .refine(isWritableInstant, 'is before the year 0 or after the year 9999 in UTC')
    .optional()
    .meta({
      description:
        'The instant, RFC 3339; default: now. At the instant of a promotion, its version is already live.',
    }),
});
export type LiveQuery = z.infer<typeof liveQuery>;

export const live = z
  .object({
    prompt: promptName,
    environment: environmentName,
    channel,
    /** The requested instant, in UTC with milliseconds. */
    at: timestamp,
    version: versionNumber,
    digest,
    /** The text applications got: without front matter, with partials resolved, variables unchanged. */
    text: z.string(),
    /** The published source. */
    source: z.string(),
    origin: origin.optional(),
    /** The promotion that made it live; null for `latest`, which depends on publication. */
    promotion: promotion.nullable(),
    /** The start of the time span in which it was live, inclusive. */
    from: timestamp,
    /** The end of that time span, exclusive; null if it is still live. */
    until: timestamp.nullable(),
    /** The event of the log that made it live, as proof. */
    event: z.object({ seq: z.int().min(1), hash: digest }),
  })
  .meta({ id: 'Live' });
export type Live = z.infer<typeof live>;
