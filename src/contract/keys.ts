/** Keys over the API: the whole credential stands in one answer only, that of its creation. */
import * as z from 'zod';
import { actor, environmentName, page, pageQuery, role, timestamp } from './values.ts';

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
  })
  .meta({ id: 'Key' });
export type KeyRecord = z.infer<typeof key>;

export const createdKey = key.extend({ key: z.string() }).meta({ id: 'CreatedKey' });
export type CreatedKey = z.infer<typeof createdKey>;

export const keyRequest = z
  .object({ environment: environmentName, role, actor, expiresAt: timestamp.nullable().default(null) })
  .meta({ id: 'KeyRequest' });

export const keyListQuery = pageQuery;
export const keyPage = page(key).meta({ id: 'KeyPage' });
