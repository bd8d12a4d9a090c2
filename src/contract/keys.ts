/** Keys in the API. Only the response to its creation contains the key itself. */
import * as z from 'zod';
import { actor, environmentName, newActor, page, pageQuery, role, timestamp } from './values.ts';

export const key = z
  .object({
    id: z.string(),
    environment: environmentName,
    role,
    actor,
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    lastUsedAt: timestamp.nullable(),
    revokedAt: timestamp.nullable(),
    createdBy: z
      .object({
        actor,
        key: z.string().meta({ description: 'Its id; `command-line` if no key created it.' }),
      })
      .optional()
      .meta({ description: 'In lists: the actor and key that created it.' }),
  })
  .meta({ id: 'Key' });
export type KeyRecord = z.infer<typeof key>;

export const createdKey = key.extend({ key: z.string() }).meta({ id: 'CreatedKey' });
export type CreatedKey = z.infer<typeof createdKey>;

export const keyRequest = z
  .object({
    environment: environmentName,
    role,
    actor: newActor,
    expiresAt: timestamp.nullable().default(null),
  })
  .meta({ id: 'KeyRequest' });

/** The maximum and the default time for which a replaced key stays valid, in seconds. */
export const MAX_OVERLAP = 90 * 24 * 60 * 60;
export const DEFAULT_OVERLAP = 24 * 60 * 60;

export const keyRotation = z
  .object({
    overlap: z.int().min(0).max(MAX_OVERLAP).default(DEFAULT_OVERLAP).meta({
      description: 'The number of seconds the old key stays valid, at most until its own expiry.',
    }),
    expiresAt: timestamp.nullable().optional().meta({
      description: 'When the new key expires; null: never. Default: after the lifetime of the old one.',
    }),
  })
  .meta({ id: 'KeyRotation' });

/** The maximum number of keys that one call revokes in addition to the requested one. */
export const MAX_CASCADE = 100;

export const keyRevocation = z
  .object({
    cascade: z.boolean().default(false).meta({
      description: 'Whether to also revoke the keys that the key created, and those that they created.',
    }),
  })
  .meta({ id: 'KeyRevocation' });

export const revokedKey = key
  .extend({
    cascade: z
      .object({
        keys: z.array(key).max(MAX_CASCADE).meta({ description: 'The keys that this call revoked with it.' }),
        complete: z.boolean().meta({
          description: `False when there are more than ${MAX_CASCADE}: send the same call again.`,
        }),
      })
      .optional()
      .meta({ description: 'Only if it was requested.' }),
  })
  .meta({ id: 'RevokedKey' });
export type RevokedKey = z.infer<typeof revokedKey>;

export const keyListQuery = pageQuery;
export const keyPage = page(key).meta({ id: 'KeyPage' });
