/** Reports when the feed that a client follows fails for longer than a moment, and when it is back. */
import { HEADER } from '../contract/headers.ts';
import { ROUTES } from '../contract/routes.ts';
import type { ClientOptions, PromptForgeError } from '../sdk/client.ts';

export interface FeedListener {
  /** Called once when the feed fails, until it is back. */
  failed(error: PromptForgeError): void;
  back(): void;
}

/**
 * The number of consecutive failures that is reported. A proxy may end each long-polling request, which the client
 * repeats at once, so a single failure is not reported.
 */
const WORTH_TELLING = 2;

/** Options for the client, which retries automatically with growing pauses. */
export function watchedFeed(listener: FeedListener): Required<Pick<ClientOptions, 'fetch' | 'onError'>> {
  let failures = 0;
  /** True from a request of the feed until it succeeds or the client reports its error. */
  let isFailing = false;

  function answered(): void {
    if (failures >= WORTH_TELLING) listener.back();
    failures = 0;
    isFailing = false;
  }

  return {
    async fetch(input, init) {
      const isFeed = new URL(String(input)).pathname.endsWith(ROUTES.deliveryChanges.path);
      if (!isFeed) return await fetch(input, init);
      isFailing = true;
      const response = await fetch(input, init);
      if (response.status === 200 && response.headers.has(HEADER.api)) answered();
      return response;
    },
    onError(error) {
      if (!isFailing) return;
      isFailing = false;
      failures += 1;
      if (failures === WORTH_TELLING) listener.failed(error);
    },
  };
}
