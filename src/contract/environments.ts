/** Environments and their policies in the API. */
import * as z from 'zod';
import { channel, environmentName } from './values.ts';

export const policy = z
  .object({
    serves: z.array(channel).min(1).max(16),
    pins: z.enum(['any', 'released']),
    publishes: z.boolean(),
    promoteFrom: environmentName.nullable(),
    approvals: z.int().min(0).max(16),
    rollbackNeedsApproval: z.boolean(),
    authorsMayApprove: z.boolean().default(false).meta({
      description:
        'Whether authors of the versions that a promotion changes may approve it. Otherwise they count as requesters.',
    }),
    authorsReadDrafts: z.boolean().optional().meta({
      description:
        'Whether its author keys may read the text of drafts: versions that were never live here or in promoteFrom. Default: only if its keys publish or are served drafts, in which case it cannot be false.',
    }),
  })
  .meta({ id: 'Policy' });

export const environment = z.object({ name: environmentName, policy }).meta({ id: 'Environment' });
/** All environments, in promotion order; there are too few to need pages. */
export const environmentList = z
  .object({ data: z.array(environment), nextCursor: z.null() })
  .meta({ id: 'EnvironmentList' });
