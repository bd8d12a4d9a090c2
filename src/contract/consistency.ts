/** The proof that one head of the log continues another: the events between them. */
import * as z from 'zod';
import { event } from './changes.ts';
import { digest } from './values.ts';

/** The maximum number of events in one response; a longer proof takes several calls. */
export const MAX_CONSISTENCY_EVENTS = 1000;

const eventNumber = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const head = z.object({ seq: z.int().min(0), hash: digest });

export const consistencyQuery = z.object({
  from: eventNumber.meta({
    description: 'The event number of the older head; 0: the start of the log.',
  }),
  to: eventNumber
    .optional()
    .meta({ description: 'The event number of the newer head. Default: the end of the log.' }),
});

export const consistency = z
  .object({
    from: head.meta({ description: 'The older head in this registry: compare its hash.' }),
    to: head.meta({
      description: `The newer head, or one on the way to it, ${MAX_CONSISTENCY_EVENTS} events on: then continue from there.`,
    }),
    events: z.array(event).meta({
      description: 'Every event after "from", up to "to". Each continues the hash of the one before.',
    }),
  })
  .meta({ id: 'Consistency' });
export type Consistency = z.infer<typeof consistency>;
