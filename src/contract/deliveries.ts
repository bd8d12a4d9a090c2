/** Many deliveries in one response, and a feed that reports when to request them again. */
import * as z from 'zod';
import { problemDocument } from './problems.ts';
import { delivery } from './prompts.ts';
import { channel, cursor, environmentName, promptName, queryNumber, versionNumber } from './values.ts';

/** The maximum number of prompts in one request. */
export const MAX_DELIVERIES = 100;
/**
 * The maximum size of the deliveries in one response, as JSON in bytes, because the delivery thread composes it without
 * a pause. A single delivery may be larger.
 */
export const MAX_DELIVERIES_BYTES = 1024 * 1024;

const wantedDelivery = z
  .strictObject({
    name: promptName,
    channel: channel.optional(),
    version: versionNumber.optional(),
    etag: z.string().max(200).optional().meta({
      description: 'The ETag of a cached delivery as JSON: if it still matches, the status is 304.',
    }),
  })
  .refine(({ channel, version }) => channel === undefined || version === undefined, {
    error: 'Request a channel or a version, not both.',
    path: ['version'],
  })
  .meta({ id: 'WantedDelivery' });

export const deliveriesRequest = z
  .object({ prompts: z.array(wantedDelivery).min(1).max(MAX_DELIVERIES) })
  .meta({ id: 'DeliveriesRequest' });

const item = z
  .object({
    status: z.int().meta({ description: 'The status of a request for this prompt alone.' }),
    etag: z.string().optional(),
    cacheControl: z.string().optional(),
    age: z.int().min(0).optional().meta({ description: 'Seconds, like the header Age.' }),
    reference: z.string().optional(),
    delivery: delivery.optional().meta({ description: 'With status 200.' }),
    problem: problemDocument.optional().meta({ description: 'With a status from 400.' }),
  })
  .meta({ id: 'DeliveryItem' });

export const deliveriesResponse = z
  .object({
    environment: environmentName,
    data: z.array(item).meta({ description: 'In the requested order.' }),
    remaining: z.int().min(0).meta({
      description:
        'The number of prompts that did not fit, from the end: request them in the next call. Each response has at least one prompt.',
    }),
  })
  .meta({ id: 'Deliveries' });

export const deliveryChangesQuery = z.object({
  after: cursor.optional().meta({ description: 'The cursor of the previous response. Omit it to get one.' }),
  wait: queryNumber(0, 30, 0).meta({
    description: 'Seconds to wait for a channel of the environment to move.',
  }),
});

export const deliveryChanges = z
  .object({
    changed: z
      .boolean()
      .meta({ description: 'Whether a channel may have moved, or the policy changed, since the cursor.' }),
    cursor,
  })
  .meta({ id: 'DeliveryChanges' });
