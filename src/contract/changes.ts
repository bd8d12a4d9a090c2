/** The event log as `/v1/changes` returns it, in exactly the form that is hashed. */
import * as z from 'zod';
import { EVENT_KINDS, type RegistryEvent } from '../core/event.ts';
import {
  actor,
  channel,
  cursor,
  digest,
  environmentName,
  promptName,
  queryNumber,
  timestamp,
  versionNumber,
} from './values.ts';

export const event = z
  .object({
    seq: z.int().min(1),
    at: timestamp,
    actor,
    key: z.string(),
    kind: z.enum(EVENT_KINDS),
    prompt: promptName.optional(),
    version: versionNumber.optional(),
    environment: environmentName.optional(),
    channel: channel.optional(),
    data: z.record(z.string(), z.unknown()),
    previousHash: digest,
    hash: digest,
  })
  .meta({ id: 'Event' }) as unknown as z.ZodType<RegistryEvent, RegistryEvent>;

export const changesQuery = z.object({
  after: cursor.optional().meta({
    description:
      'A cursor, or the number of an event (its "seq"): returns what came after it. Default: from the first event.',
  }),
  limit: queryNumber(1, 1000, 100),
  wait: queryNumber(0, 30, 0).meta({ description: 'Seconds to wait for new events.' }),
});

/** `cursor` is always set: it is the `after` of the next request. */
export const changes = z.object({ events: z.array(event), cursor }).meta({ id: 'Changes' });
export type Changes = z.infer<typeof changes>;
