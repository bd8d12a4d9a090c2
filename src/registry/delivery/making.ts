/** The two that make deliveries: versions with their partials in place, and the answers made of them. */
import type { WorkerTasks } from '../http/work.ts';
import { type Contents, keptContents } from './content.ts';
import { type DeliveryMaker, deliveryMaker } from './maker.ts';

export interface Making {
  readonly contents: Contents;
  readonly maker: DeliveryMaker;
}

/** Deliveries wait in a queue of their own: whatever else a key asks for keeps none of them waiting. */
export function deliveriesBy(work: WorkerTasks): Making {
  const delivering = (key: string) => ({ key: `deliveries of ${key}` });
  const contents = keptContents((version, key) => work.prepareContent(version, delivering(key)));
  return {
    contents,
    maker: deliveryMaker({
      contents,
      json: (value, key) => work.json(value, delivering(key)),
      langfuse: (request, key) => work.langfuse(request, delivering(key)),
    }),
  };
}
