/** The two steps of a delivery: a version with its partials resolved, and the response. */
import type { WorkerTasks } from '../http/work.ts';
import { type Contents, keptContents } from './content.ts';
import { type DeliveryMaker, deliveryMaker } from './maker.ts';

export interface Making {
  readonly contents: Contents;
  readonly maker: DeliveryMaker;
}

/** Deliveries have their own queue: other requests of a key never delay them. */
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
